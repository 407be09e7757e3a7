/** The load generator of bench/realtime: SocketCluster clients of bytes and counters. */
@org.jspecify.annotations.NullMarked
package io.heliograph.bench.load;
