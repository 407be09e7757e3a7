package io.heliograph.server.config;

import static io.heliograph.server.config.ValueType.choice;
import static io.heliograph.server.config.ValueType.count;
import static io.heliograph.server.config.ValueType.file;
import static io.heliograph.server.config.ValueType.flag;
import static io.heliograph.server.config.ValueType.largeSize;
import static io.heliograph.server.config.ValueType.positiveDuration;
import static io.heliograph.server.config.ValueType.size;

import io.heliograph.channel.MessageChannel;
import io.heliograph.channel.SlowConsumer;
import java.util.List;

/** Options of listeners with the protocol channel. */
final class ChannelOptions {

    static final List<ListenerOption<MessageChannel.Builder, ?>> ALL = new ListenerOptions<MessageChannel.Builder>(
                    "channel")
            .limit(
                    "max-members",
                    count(1, 65_536),
                    "256",
                    "members that this process accepts if it hosts",
                    MessageChannel.Builder::maxMembers)
            .limit(
                    "max-message-bytes",
                    size(1, 1 << 30),
                    null,
                    "length of a message; all members must use the same",
                    MessageChannel.Builder::maxMessageBytes)
            .limit(
                    "max-queued-bytes",
                    size(1),
                    "16MiB",
                    "bytes queued for a member; see slow-consumer",
                    MessageChannel.Builder::maxQueuedBytes)
            .limit(
                    "max-pending-messages",
                    count(1),
                    "1024",
                    "messages that wait; then reading pauses",
                    MessageChannel.Builder::maxPendingMessages)
            .limit(
                    "max-unacknowledged-bytes",
                    size(1),
                    "16MiB",
                    "bytes of messages that a recipient has not acknowledged",
                    MessageChannel.Builder::maxUnacknowledgedBytes)
            .limit(
                    "max-unfinished-bytes",
                    largeSize(1),
                    "256MiB or an eighth of the heap",
                    "bytes of incomplete messages of all members",
                    MessageChannel.Builder::maxUnfinishedBytes)
            .limit(
                    "stall-timeout",
                    positiveDuration(),
                    "5s",
                    "time in which a member with queued bytes may read nothing",
                    MessageChannel.Builder::stallTimeout)
            .limit(
                    "ack-timeout",
                    positiveDuration(),
                    "30s",
                    "time in which a member may leave written messages unacknowledged",
                    MessageChannel.Builder::ackTimeout)
            .limit(
                    "rejoin-timeout",
                    positiveDuration(),
                    "15s",
                    "time for a missing member to come back",
                    MessageChannel.Builder::rejoinTimeout)
            .limit(
                    "request-timeout",
                    positiveDuration(),
                    "10s",
                    "time of a request to a member",
                    MessageChannel.Builder::requestTimeout)
            .option(
                    "directory",
                    file(),
                    null,
                    "directory of the socket files; all members must use the same",
                    MessageChannel.Builder::directory)
            .option(
                    "slow-consumer",
                    choice(SlowConsumer.class),
                    "close",
                    "policy for members that read too slowly",
                    MessageChannel.Builder::slowConsumer)
            .option(
                    "takeover-warm-up",
                    flag(),
                    "false",
                    "whether this process loads the code of a takeover in advance",
                    MessageChannel.Builder::takeoverWarmUp)
            .linger(MessageChannel.Builder::linger)
            .list();

    private ChannelOptions() {}
}
