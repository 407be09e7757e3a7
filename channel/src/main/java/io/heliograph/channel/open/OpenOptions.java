package io.heliograph.channel.open;

import io.heliograph.channel.Rendezvous;
import io.heliograph.channel.election.ChannelDirectory;
import io.heliograph.transport.EndpointOptions;

/**
 * Options of one {@link io.heliograph.channel.OpenChannel}.
 *
 * @param pid process id in the names of directory entries: connects only to the host of this entry, and hosts under
 *     this entry. 0 connects to any host and hosts under the id of this process
 */
public record OpenOptions(
        EndpointOptions endpoint,
        String name,
        ChannelDirectory directory,
        Rendezvous rendezvous,
        boolean mayHost,
        long pid,
        int maxQueuedWrites,
        long maxPendingBytes) {

    private static final long MAX_PENDING_OF_CONNECTION = 1 << 20;

    /** Limit of the bytes of one connection that are pending for listeners. */
    long maxPendingOfConnection() {
        return Math.min(maxPendingBytes, MAX_PENDING_OF_CONNECTION);
    }

    int maxQueuedBytes() {
        return endpoint.maxQueuedBytes();
    }
}
