//! First in, first out.

/// A queue. It is no `VecDeque`, which is 3 KB of wasm for these few methods. It is filled and
/// then emptied, so that it need not use the places at its front again before it is empty.
#[derive(Debug)]
pub struct Queue<T> {
    items: Vec<Option<T>>,
    /// Where the oldest item is.
    first: usize,
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Queue {
            items: Vec::new(),
            first: 0,
        }
    }
}

impl<T> Queue<T> {
    /// Puts an item at the end.
    pub fn push(&mut self, item: T) {
        self.items.push(Some(item));
    }

    /// Takes the oldest item out.
    pub fn pop(&mut self) -> Option<T> {
        let item = self.items.get_mut(self.first)?.take();
        self.first += 1;
        if self.first == self.items.len() {
            self.items.clear();
            self.first = 0;
        }
        item
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Keeps what is `wanted`, in its order.
    pub fn retain(&mut self, wanted: impl Fn(&T) -> bool) {
        self.items.retain(|item| item.as_ref().is_some_and(&wanted));
        self.first = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_leave_in_the_order_in_which_they_came() {
        let mut queue = Queue::default();
        queue.push(1);
        queue.push(2);
        assert_eq!(queue.pop(), Some(1));
        queue.push(3);
        queue.push(4);
        queue.retain(|item| *item != 3);
        assert_eq!(queue.pop(), Some(2));
        assert!(!queue.is_empty());
        assert_eq!(queue.pop(), Some(4));
        assert!(queue.is_empty());
        assert_eq!(queue.pop(), None);
    }
}
