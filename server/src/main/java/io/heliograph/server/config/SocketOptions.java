package io.heliograph.server.config;

import static io.heliograph.server.config.ValueType.choice;
import static io.heliograph.server.config.ValueType.count;
import static io.heliograph.server.config.ValueType.duration;
import static io.heliograph.server.config.ValueType.flag;
import static io.heliograph.server.config.ValueType.largeCount;
import static io.heliograph.server.config.ValueType.largeSize;
import static io.heliograph.server.config.ValueType.size;

import io.heliograph.Overflow;
import io.heliograph.socket.DataType;
import io.heliograph.socket.SocketServer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Options of listeners with the protocol socket. */
final class SocketOptions {

    private static final Map<String, DataType> TYPES = new LinkedHashMap<>();

    static {
        for (DataType type : DataType.values()) {
            TYPES.put(type.typeName(), type);
        }
    }

    static final List<ListenerOption<SocketServer.Builder, ?>> ALL = new ListenerOptions<SocketServer.Builder>("socket")
            .limit(
                    "max-connections",
                    count(1),
                    "4096",
                    "connections; further ones are closed",
                    SocketServer.Builder::maxConnections)
            .limit(
                    "max-message-bytes",
                    size(1, 1 << 30),
                    null,
                    "length of a message; a longer one closes the connection",
                    SocketServer.Builder::maxMessageBytes)
            .limit(
                    "max-queued-bytes",
                    size(1),
                    "16MiB",
                    "bytes queued for a connection; see slow-consumer",
                    SocketServer.Builder::maxQueuedBytes)
            .limit(
                    "max-pending-messages",
                    count(1),
                    "1024",
                    "items of a connection that wait; then reading pauses",
                    SocketServer.Builder::maxPendingMessages)
            .limit(
                    "max-pending-bytes",
                    largeSize(1),
                    "64MiB or an eighth of the heap",
                    "bytes of waiting items of all connections; then reading pauses",
                    SocketServer.Builder::maxPendingBytes)
            .limit(
                    "max-unfinished-bytes",
                    largeSize(1),
                    "256MiB or an eighth of the heap",
                    "bytes of incomplete messages of all connections",
                    SocketServer.Builder::maxUnfinishedBytes)
            .limit(
                    "max-image-pixels",
                    largeCount(1),
                    "33554432",
                    "pixels of a received image",
                    SocketServer.Builder::maxImagePixels)
            .limit(
                    "idle-timeout",
                    duration(Duration.ZERO),
                    "0s",
                    "time without traffic, after which a connection is closed; 0s for no limit",
                    SocketServer.Builder::idleTimeout)
            .option(
                    "receive",
                    choice(TYPES),
                    "string",
                    "type of received values",
                    (builder, type) -> builder.receive(type))
            .option("send", choice(TYPES), "string", "type of sent values", (builder, type) -> builder.send(type))
            .option(
                    "raw-bytes",
                    flag(),
                    "true",
                    "whether items are sent without a length prefix",
                    SocketServer.Builder::rawBytes)
            .option(
                    "emit-batch-data-as-available",
                    flag(),
                    "false",
                    "whether raw numbers that arrive together are one array",
                    SocketServer.Builder::emitBatchDataAsAvailable)
            .option(
                    "keep-alive",
                    flag(),
                    "true",
                    "whether the operating system probes idle connections",
                    SocketServer.Builder::keepAlive)
            .option("no-delay", flag(), "true", "whether short items are sent at once", SocketServer.Builder::noDelay)
            .option(
                    "receive-buffer-size",
                    size(0),
                    "64KiB",
                    "receive buffer of the operating system; 0 for its default",
                    SocketServer.Builder::receiveBufferSize)
            .option(
                    "send-buffer-size",
                    size(0),
                    "64KiB",
                    "send buffer of the operating system; 0 for its default",
                    SocketServer.Builder::sendBufferSize)
            .option(
                    "slow-consumer",
                    choice(Overflow.class),
                    "refuse",
                    "policy when max-queued-bytes is reached",
                    SocketServer.Builder::slowConsumer)
            .linger(SocketServer.Builder::linger)
            .list();

    private SocketOptions() {}
}
