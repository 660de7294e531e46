//! What can be made on its own is made side by side, and taken in order.

use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

/// Things made that wait to be taken, for each core: enough to keep it busy, little enough for the memory.
const WAITING: usize = 16;

/// Makes something of every item and hands each to `take`, in order, with its number. Stops when that fails.
///
/// # Errors
/// Those of `take`.
pub(crate) fn in_order<T: Sync, M: Send, E>(
    items: &[T],
    make: impl Fn(&T) -> M + Sync,
    mut take: impl FnMut(usize, M) -> Result<(), E>,
) -> Result<(), E> {
    let cores = thread::available_parallelism().map_or(1, usize::from).min(items.len());
    if cores < 2 {
        return items.iter().enumerate().try_for_each(|(n, item)| take(n, make(item)));
    }
    let make = &make;
    thread::scope(|scope| {
        // Each worker takes every n-th item, so it is known whose turn it is.
        let workers: Vec<Receiver<M>> = (0..cores)
            .map(|first| {
                let (sender, receiver) = sync_channel(WAITING);
                scope.spawn(move || {
                    let mut own = items.iter().skip(first).step_by(cores);
                    while own.next().is_some_and(|item| sender.send(make(item)).is_ok()) {}
                });
                receiver
            })
            .collect();
        for ((n, item), worker) in items.iter().enumerate().zip(workers.iter().cycle()) {
            // A worker that is gone has said why on its way; its item's turn is here then.
            take(n, worker.recv().unwrap_or_else(|_| make(item)))?;
        }
        Ok(())
    })
}
