package io.heliograph.server.config;

import static io.heliograph.server.config.ValueType.count;
import static io.heliograph.server.config.ValueType.flag;
import static io.heliograph.server.config.ValueType.largeSize;
import static io.heliograph.server.config.ValueType.mode;
import static io.heliograph.server.config.ValueType.size;

import io.heliograph.ipc.IpcServer;
import java.util.List;

/** Options of listeners with the protocol ipc. */
final class IpcOptions {

    static final List<ListenerOption<IpcServer.Builder, ?>> ALL = new ListenerOptions<IpcServer.Builder>("ipc")
            .limit(
                    "max-connections",
                    count(1),
                    "4096",
                    "connections; further ones are closed",
                    IpcServer.Builder::maxConnections)
            .limit(
                    "max-message-bytes",
                    size(1),
                    null,
                    "length of a message; a longer one closes the connection",
                    IpcServer.Builder::maxMessageBytes)
            .limit(
                    "max-queued-bytes",
                    size(1),
                    "16MiB",
                    "bytes queued for a connection; see slow-consumers",
                    IpcServer.Builder::maxQueuedBytes)
            .limit(
                    "max-pending-messages",
                    count(1),
                    "1024",
                    "messages of a connection that wait; then reading pauses",
                    IpcServer.Builder::maxPendingMessages)
            .limit(
                    "max-pending-bytes",
                    largeSize(1),
                    "64MiB or an eighth of the heap",
                    "bytes of waiting messages of all connections; then reading pauses",
                    IpcServer.Builder::maxPendingBytes)
            .limit(
                    "max-unfinished-bytes",
                    largeSize(1),
                    "256MiB or an eighth of the heap",
                    "bytes of incomplete messages of all connections",
                    IpcServer.Builder::maxUnfinishedBytes)
            .limit("max-depth", count(1), "1000", "nesting of a message", IpcServer.Builder::maxDepth)
            .option("file-mode", mode(), "rw-------", "permissions of the socket file", IpcServer.Builder::fileMode)
            .option(
                    "check-directory",
                    flag(),
                    "true",
                    "whether a directory is rejected in which another user could replace the file",
                    IpcServer.Builder::checkDirectory)
            .linger(IpcServer.Builder::linger)
            .list();

    private IpcOptions() {}
}
