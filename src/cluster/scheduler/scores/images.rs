//! Scores for nodes that have a Pod's images already (`ImageLocality`).

use std::collections::BTreeSet;

use super::super::candidate::Candidate;
use super::super::filters::View;
use super::SCORE_MAX;

const MEBIBYTE: i64 = 1024 * 1024;
/// Images smaller than this together do not count.
const LEAST: i64 = 23 * MEBIBYTE;
/// An image larger than this counts no more than one of this size.
const MOST: i64 = 1000 * MEBIBYTE;

/// The larger the images that are there, the better; images that all nodes have count in full.
pub(super) fn locality(view: &View<'_>, fitting: &[&Candidate]) -> Vec<i64> {
    let containers = view.pod.list("/spec/initContainers").iter().chain(view.pod.list("/spec/containers"));
    let images: Vec<String> =
        containers.filter_map(|container| container["image"].as_str()).map(normalized).collect();
    let nodes = i64::try_from(view.all.len().max(1)).unwrap_or(i64::MAX);
    let spread = |image: &str| {
        let with = view.all.iter().filter(|other| other.image_size(image).is_some()).count();
        i64::try_from(with).unwrap_or(i64::MAX)
    };
    let distinct: BTreeSet<&String> = images.iter().collect();
    let spreads: Vec<(&String, i64)> = distinct.into_iter().map(|image| (image, spread(image))).collect();
    let count = i64::try_from(images.len().max(1)).unwrap_or(1);
    let score = |candidate: &&Candidate| {
        let sum: i64 = images
            .iter()
            .filter_map(|image| {
                let spread = spreads.iter().find(|(name, _)| *name == image)?.1;
                Some(candidate.image_size(image)? * spread / nodes)
            })
            .sum();
        let most = MOST * count;
        SCORE_MAX * (sum.clamp(LEAST, most) - LEAST) / (most - LEAST)
    };
    fitting.iter().map(score).collect()
}

/// The name of an image with its tag.
fn normalized(image: &str) -> String {
    let last = image.rsplit('/').next().unwrap_or(image);
    if last.contains(':') { image.to_owned() } else { format!("{image}:latest") }
}
