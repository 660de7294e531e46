//! Texts are parsed side by side while the review, which must go in order, goes on.

use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use altimeter_catalog::{Engine, SourceText};

/// Parsed texts that wait for the review, for each core: enough to keep it busy, little enough for the memory.
const WAITING: usize = 16;

/// Parses every text and hands each to `review`, in order, with its number.
pub(crate) fn read_ahead(
    engine: &dyn Engine,
    texts: &[&str],
    mut review: impl FnMut(usize, Box<dyn SourceText>),
) {
    let cores = thread::available_parallelism().map_or(1, usize::from).min(texts.len());
    if cores < 2 {
        texts.iter().enumerate().for_each(|(n, text)| review(n, engine.read(text)));
        return;
    }
    thread::scope(|scope| {
        // Each worker takes every n-th text, so the review knows whose turn it is.
        let workers: Vec<Receiver<Box<dyn SourceText>>> = (0..cores)
            .map(|first| {
                let (sender, receiver) = sync_channel(WAITING);
                scope.spawn(move || {
                    let mut own = texts.iter().skip(first).step_by(cores);
                    while own.next().is_some_and(|text| sender.send(engine.read(text)).is_ok()) {}
                });
                receiver
            })
            .collect();
        for (n, worker) in (0..texts.len()).zip(workers.iter().cycle()) {
            // A worker that is gone has said why on its way; its text is read here then.
            let parsed =
                worker.recv().unwrap_or_else(|_| engine.read(texts.get(n).copied().unwrap_or_default()));
            review(n, parsed);
        }
    });
}
