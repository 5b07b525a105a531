//! Tasks that must go on whatever happens in them.

use std::future::Future;
use std::time::Duration;

use tokio::time::sleep;
use tracing::error;

/// How long to wait before a task that has panicked begins again, so that one that panics each time
/// does not take the whole processor.
const PAUSE: Duration = Duration::from_millis(100);

/// Runs a task to its end. If it panics, it is told in the log and begun again.
pub async fn keep_going<F>(name: &str, task: impl Fn() -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    while let Err(reason) = tokio::spawn(task()).await {
        error!("the task of the {name} has failed and begins again: {reason}");
        sleep(PAUSE).await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test]
    async fn a_task_that_panics_begins_again_until_it_ends() {
        let begun = Arc::new(AtomicU32::new(0));
        keep_going("test", || {
            let begun = Arc::clone(&begun);
            async move {
                assert!(begun.fetch_add(1, Ordering::Relaxed) == 2, "on purpose");
            }
        })
        .await;
        assert_eq!(begun.load(Ordering::Relaxed), 3);
    }
}
