/**
 * The token of the address has become a cookie: on to the page itself, at the view that was asked for.
 */
location.replace(`./${location.hash}`);
