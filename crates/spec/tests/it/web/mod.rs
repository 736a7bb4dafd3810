//! What the specification says of the store as it is reached by HTTP.

mod buying;
mod checking;
mod clip_time;
mod deals;
mod feed;
mod forms;
mod licences;
mod limits;
mod pages;
mod payments;
mod payouts;
mod pool;
mod prices;
mod problems;
mod schemas;
mod sound;
mod split_form;
mod splits;
mod statements;
mod surface;
mod uses;
