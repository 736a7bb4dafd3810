mod destination;
mod propose;
mod release;
mod results;
mod send;
