//! What the specification says of the store as it is reached by HTTP.

mod buying;
mod checking;
mod clip_time;
mod feed;
mod limits;
mod pages;
mod payments;
mod payouts;
mod pool;
mod prices;
mod problems;
mod schemas;
mod sound;
mod splits;
mod statements;
mod surface;
