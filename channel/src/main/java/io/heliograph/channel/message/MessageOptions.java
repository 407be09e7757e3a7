package io.heliograph.channel.message;

import io.heliograph.Dispatch;
import io.heliograph.channel.Rendezvous;
import io.heliograph.channel.SlowMember;
import io.heliograph.channel.election.ChannelDirectory;
import java.time.Duration;

/** Options of one {@link io.heliograph.channel.MessageChannel}. */
public record MessageOptions(
        String name,
        ChannelDirectory directory,
        Dispatch dispatch,
        Rendezvous rendezvous,
        SlowMember slowMember,
        Duration stallTimeout,
        Duration rejoinTimeout,
        Duration requestTimeout,
        int maxMessageBytes,
        int maxUnacknowledgedBytes,
        int maxQueuedBytes,
        int maxPendingMessages,
        int maxMembers) {

    /** Suffix of the directory name. Names of an {@link io.heliograph.channel.OpenChannel} contain no plus sign. */
    public static final String DIRECTORY_SUFFIX = "+messages";
}
