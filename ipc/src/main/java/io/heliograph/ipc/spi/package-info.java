/** Access of the hub to servers of this module: connections, received messages and frames, without listeners. */
@org.jspecify.annotations.NullMarked
package io.heliograph.ipc.spi;
