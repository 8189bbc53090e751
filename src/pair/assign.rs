//! Who belongs to whom, when there are several ids and several secrets.
//!
//! Each secret goes to at most one id and the other way round, so that the sum of the points is large: the best pair first,
//! then exchanges of partners as long as one raises the sum. The exchanges matter where greed goes wrong: in `secret1 id1 secret2 id2`
//! the closest two may be `id1 secret2`. Ties go to what stands first, so the result depends on the parts alone.

use std::collections::BTreeMap;

/// A possible pair: the indices of the id and of the secret, and its points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Edge {
    pub(super) id: usize,
    pub(super) secret: usize,
    pub(super) points: i32,
}

/// How often all edges are tried for an exchange; each pass that changes something raises the sum, and real files need one or two.
const MAX_PASSES: usize = 8;

/// Returns the edges that are chosen, by id.
pub(super) fn assign(edges: &[Edge]) -> Vec<Edge> {
    let mut sorted = edges.to_vec();
    sorted.sort_by_key(|edge| (std::cmp::Reverse(edge.points), edge.id, edge.secret));
    let points: BTreeMap<(usize, usize), i32> = sorted
        .iter()
        .map(|edge| ((edge.id, edge.secret), edge.points))
        .collect();
    let (mut of_id, mut of_secret) = (BTreeMap::new(), BTreeMap::new());
    for edge in &sorted {
        if !of_id.contains_key(&edge.id) && !of_secret.contains_key(&edge.secret) {
            of_id.insert(edge.id, edge.secret);
            of_secret.insert(edge.secret, edge.id);
        }
    }
    for _ in 0..MAX_PASSES {
        let mut changed = false;
        for edge in &sorted {
            let (old_secret, old_id) = (of_id.get(&edge.id), of_secret.get(&edge.secret));
            if old_secret == Some(&edge.secret) {
                continue;
            }
            let (old_secret, old_id) = (old_secret.copied(), old_id.copied());
            let of = |id: Option<usize>, secret: Option<usize>| {
                id.zip(secret).and_then(|pair| points.get(&pair)).copied()
            };
            let left_over = of(old_id, old_secret);
            let gain = edge.points + left_over.unwrap_or(0)
                - of(Some(edge.id), old_secret).unwrap_or(0)
                - of(old_id, Some(edge.secret)).unwrap_or(0);
            if gain <= 0 {
                continue;
            }
            changed = true;
            old_secret.map(|secret| of_secret.remove(&secret));
            old_id.map(|id| of_id.remove(&id));
            of_id.insert(edge.id, edge.secret);
            of_secret.insert(edge.secret, edge.id);
            if let (Some(id), Some(secret), Some(_)) = (old_id, old_secret, left_over) {
                of_id.insert(id, secret);
                of_secret.insert(secret, id);
            }
        }
        if !changed {
            break;
        }
    }
    of_id
        .into_iter()
        .map(|(id, secret)| Edge {
            id,
            secret,
            points: points.get(&(id, secret)).copied().unwrap_or(0),
        })
        .collect()
}

/// Returns, for each of a row of parts, its rank in its run of equals and the run's number and length.
///
/// `is_id` tells for each part, in the order they stand, whether it is an id. `id1 id2 secret1 secret2` is two runs of two.
pub(super) fn runs(is_id: &[bool]) -> Vec<(usize, usize, usize)> {
    let mut out = Vec::with_capacity(is_id.len());
    for (number, run) in is_id.chunk_by(|a, b| a == b).enumerate() {
        out.extend((0..run.len()).map(|rank| (rank, number, run.len())));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Edge, assign, runs};

    #[track_caller]
    fn check(edges: &[(usize, usize, i32)], expected: &[(usize, usize)]) {
        let edges: Vec<Edge> = edges
            .iter()
            .map(|&(id, secret, points)| Edge { id, secret, points })
            .collect();
        let chosen: Vec<_> = assign(&edges).iter().map(|e| (e.id, e.secret)).collect();
        assert_eq!(chosen, expected);
    }

    #[test]
    fn the_sum_counts() {
        check(&[(0, 0, 50)], &[(0, 0)]);
        check(&[(0, 0, 50), (0, 1, 60), (1, 1, 50)], &[(0, 0), (1, 1)]);
        check(&[(0, 0, 50), (0, 1, 50), (1, 0, 50), (1, 1, 50)], &[(0, 0), (1, 1)]);
        check(&[(0, 1, 60), (1, 1, 70)], &[(1, 1)]);
        check(&[], &[]);
    }

    #[test]
    fn runs_of_equals() {
        assert_eq!(
            runs(&[true, true, false, false, true]),
            [(0, 0, 2), (1, 0, 2), (0, 1, 2), (1, 1, 2), (0, 2, 1)]
        );
    }
}
