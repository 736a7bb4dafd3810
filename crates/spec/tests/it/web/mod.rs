//! What the specification says of the store as it is reached by HTTP.

mod buying;
mod checking;
mod feed;
mod limits;
mod pages;
mod pool;
mod prices;
mod problems;
mod schemas;
mod sound;
mod surface;
