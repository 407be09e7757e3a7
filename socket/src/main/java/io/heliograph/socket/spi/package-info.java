/** Access of the hub to servers of this module: connections, received values and frames, without listeners. */
@org.jspecify.annotations.NullMarked
package io.heliograph.socket.spi;
