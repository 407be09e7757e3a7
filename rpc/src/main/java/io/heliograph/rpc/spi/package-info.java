/** Access of the hub to servers of this module: connections, undecoded calls, subscriptions and frames, without handlers. */
@org.jspecify.annotations.NullMarked
package io.heliograph.rpc.spi;
