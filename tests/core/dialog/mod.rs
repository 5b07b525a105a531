//! Telephone calls: the rows of the original client's tables, what is new in ours, and random
//! programs against a model.

mod ending;
mod facts;
mod incoming;
mod judge;
mod model;
mod outage;
mod outgoing;
mod page;
mod phone;
mod recovery;
mod session;
mod world;
