//! What is odd about a pattern as a whole.

use super::{
    ast::{Look, Node},
    warning::{Warning, WarningKind},
};

/// Adds to `warnings` what is odd about the pattern `source`, which reads as `node`.
pub(super) fn check(source: &[u8], node: &Node, warnings: &mut Vec<Warning>) {
    anchors(source, node, false, false, warnings);
    let mut whole = |at, kind| warnings.push(Warning { at, kind });
    if source.ends_with(b"\r") {
        whole(source.len() - 1, WarningKind::CarriageReturn);
    }
    if node.matches_only_empty() {
        whole(0, WarningKind::OnlyEmpty);
    } else if node.matches_empty() {
        whole(0, WarningKind::MatchesEmpty);
    }
    warnings.sort_by_key(|warning| warning.at);
}

/// Warns of each anchor in `node` that has text on its wrong side, given whether there is text `before` and `after` the node.
fn anchors(source: &[u8], node: &Node, before: bool, after: bool, out: &mut Vec<Warning>) {
    match node {
        Node::Look(look, at) => {
            let never = match look {
                Look::Start => before,
                Look::End => after,
                _ => false,
            };
            // `\`` and `\'` are not written by mistake.
            if never && source[*at] != b'\\' {
                out.push(Warning {
                    at: *at,
                    kind: WarningKind::AnchorInside(source[*at]),
                });
            }
        }
        Node::Group(_, node) | Node::Repeat { node, .. } => {
            anchors(source, node, before, after, out);
        }
        Node::Concat(nodes) => {
            let has_text = |nodes: &[Node]| nodes.iter().any(|node| !node.matches_empty());
            for (n, node) in nodes.iter().enumerate() {
                let (left, right) = (&nodes[..n], &nodes[n + 1..]);
                let (before, after) = (before || has_text(left), after || has_text(right));
                anchors(source, node, before, after, out);
            }
        }
        Node::Alternate(nodes) => {
            for node in nodes {
                anchors(source, node, before, after, out);
            }
        }
        Node::Empty | Node::Byte(_) | Node::Class(_) | Node::Backref(_) => {}
    }
}
