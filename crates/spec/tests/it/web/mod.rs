//! What the specification says of the store as it is reached by HTTP.

mod buying;
mod checking;
mod feed;
mod limits;
mod pages;
mod prices;
mod problems;
mod schemas;
mod sound;
mod statements;
mod surface;
