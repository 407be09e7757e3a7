package io.heliograph.channel.open;

import io.heliograph.channel.Rendezvous;
import io.heliograph.channel.election.ChannelDirectory;
import io.heliograph.transport.EndpointOptions;

/**
 * Options of one {@link io.heliograph.channel.OpenChannel}.
 *
 * @param pid process id of the only host to connect to and of the entry to host under; 0 for any host and the own entry
 */
public record OpenOptions(
        EndpointOptions endpoint,
        String name,
        ChannelDirectory directory,
        Rendezvous rendezvous,
        boolean mayHost,
        long pid,
        int maxQueuedWrites,
        int maxPendingBytes) {

    int maxQueuedBytes() {
        return endpoint.maxQueuedBytes();
    }
}
