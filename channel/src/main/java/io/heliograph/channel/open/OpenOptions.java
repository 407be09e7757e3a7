package io.heliograph.channel.open;

import io.heliograph.Dispatch;
import io.heliograph.channel.Rendezvous;
import io.heliograph.channel.election.ChannelDirectory;

/**
 * Options of one {@link io.heliograph.channel.OpenChannel}.
 *
 * @param pid process id of the only host to connect to and of the entry to host under; 0 for any host and the own entry
 */
public record OpenOptions(
        String name,
        ChannelDirectory directory,
        Dispatch dispatch,
        Rendezvous rendezvous,
        boolean mayHost,
        long pid,
        int maxQueuedWrites,
        int maxQueuedBytes,
        int maxPendingBytes) {}
