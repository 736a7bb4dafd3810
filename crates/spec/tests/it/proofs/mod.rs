mod audit;
mod leaves;
mod prove;
mod sign;
mod single;
mod statements;
mod web;
