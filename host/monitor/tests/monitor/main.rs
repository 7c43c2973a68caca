//! The monitor's server, over real sockets, against folders of runs that are written for each test.

mod client;
mod connections;
mod live;
mod marks;
mod overview;
mod robustness;
mod runs;
mod security;
mod series;
mod served;
mod token;
