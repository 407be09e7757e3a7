/** Access of the hub to servers of this module: decisions, calls and the identity of connections, without middleware and listeners. */
@org.jspecify.annotations.NullMarked
package io.heliograph.realtime.spi;
