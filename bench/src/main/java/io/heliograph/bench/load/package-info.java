/** Load generators of bench/realtime and bench/rpc, which count bytes in place. */
@org.jspecify.annotations.NullMarked
package io.heliograph.bench.load;
