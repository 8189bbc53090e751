//! Who belongs to whom, when there are several ids and several secrets.
//!
//! Each secret goes to at most one id and the other way round, so that the sum of the points is large: the best pair first,
//! then exchanges of partners as long as one raises the sum (few parts are near each other, so this is as good as an exact
//! assignment in practice). The exchanges matter where greed goes wrong: in `secret1 id1 secret2 id2`
//! the closest two may be `id1 secret2`. Ties go to what stands first, so the result depends on the parts alone.

use std::{cmp::Reverse, collections::BTreeMap};

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
    sorted.sort_by_key(|edge| (Reverse(edge.points), edge.id, edge.secret));
    let mut chosen = Chosen::default();
    for (at, edge) in sorted.iter().enumerate() {
        chosen.with_id.entry(edge.id).or_default().push(at);
        chosen.with_secret.entry(edge.secret).or_default().push(at);
    }
    for (at, edge) in sorted.iter().enumerate() {
        if !chosen.of_id.contains_key(&edge.id) && !chosen.of_secret.contains_key(&edge.secret) {
            chosen.put(at, *edge);
        }
    }
    for _ in 0..MAX_PASSES {
        let changes = (0..sorted.len())
            .filter(|at| chosen.exchange(*at, &sorted))
            .count();
        if changes == 0 {
            break;
        }
    }
    chosen.of_id.values().map(|at| sorted[*at]).collect()
}

/// The edges chosen so far, as indices into the sorted edges.
#[derive(Default)]
struct Chosen {
    of_id: BTreeMap<usize, usize>,
    of_secret: BTreeMap<usize, usize>,
    with_id: BTreeMap<usize, Vec<usize>>,
    with_secret: BTreeMap<usize, Vec<usize>>,
}

impl Chosen {
    fn put(&mut self, at: usize, edge: Edge) {
        self.of_id.insert(edge.id, at);
        self.of_secret.insert(edge.secret, at);
    }

    fn remove(&mut self, at: usize, edge: Edge) {
        if self.of_id.get(&edge.id) == Some(&at) {
            self.of_id.remove(&edge.id);
        }
        if self.of_secret.get(&edge.secret) == Some(&at) {
            self.of_secret.remove(&edge.secret);
        }
    }

    /// Chooses the edge at `at` instead of those that stand in its way, lets their other ends find new partners, and keeps the
    /// result when the sum is larger than before.
    fn exchange(&mut self, at: usize, sorted: &[Edge]) -> bool {
        let edge = sorted[at];
        let old: Vec<usize> = [self.of_id.get(&edge.id), self.of_secret.get(&edge.secret)]
            .into_iter()
            .flatten()
            .copied()
            .collect();
        if old.contains(&at) {
            return false;
        }
        let points = |list: &[usize]| list.iter().map(|at| sorted[*at].points).sum::<i32>();
        for &other in &old {
            self.remove(other, sorted[other]);
        }
        self.put(at, edge);
        let mut new = vec![at];
        for &other in &old {
            let freed = sorted[other];
            let list = if freed.id == edge.id {
                self.with_secret.get(&freed.secret)
            } else {
                self.with_id.get(&freed.id)
            };
            // Lists are sorted by points, so the first that is free is the best.
            let partner = list.into_iter().flatten().copied().find(|at| {
                !self.of_id.contains_key(&sorted[*at].id)
                    && !self.of_secret.contains_key(&sorted[*at].secret)
            });
            if let Some(partner) = partner {
                self.put(partner, sorted[partner]);
                new.push(partner);
            }
        }
        let better = points(&new) > points(&old);
        if !better {
            for &other in &new {
                self.remove(other, sorted[other]);
            }
            for &other in &old {
                self.put(other, sorted[other]);
            }
        }
        better
    }
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
        check(
            &[(0, 0, 50), (0, 1, 50), (1, 0, 50), (1, 1, 50)],
            &[(0, 0), (1, 1)],
        );
        check(&[(0, 1, 60), (1, 1, 70)], &[(1, 1)]);
        check(
            &[(0, 0, 60), (0, 1, 70), (1, 1, 60), (1, 2, 70), (2, 2, 60)],
            &[(0, 0), (1, 1), (2, 2)],
        );
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
