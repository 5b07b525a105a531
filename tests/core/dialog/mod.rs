//! Telephone calls: the rows of the original client's tables, what is new in ours, and random
//! programs against a model.

mod ending;
mod incoming;
mod model;
mod outgoing;
mod page;
mod phone;
mod recovery;
