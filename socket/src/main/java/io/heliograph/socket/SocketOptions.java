package io.heliograph.socket;

import io.heliograph.Overflow;
import io.heliograph.transport.EndpointOptions;
import io.heliograph.transport.TcpOptions;
import java.time.Duration;

/**
 * Options that servers and clients share. Immutable.
 *
 * @param framed whether a length prefix precedes each message
 * @param batches whether an untyped listener receives raw numbers in arrays
 * @param idleTimeout limit of the time without traffic; zero for none
 */
record SocketOptions(
        String host,
        int port,
        EndpointOptions endpoint,
        Overflow slowConsumer,
        DataType receiveType,
        DataType.Sent sendType,
        boolean framed,
        boolean batches,
        Duration idleTimeout,
        TcpOptions tcp,
        long maxImagePixels) {

    boolean usesJson() {
        return receiveType == DataType.JSON || sendType.type() == DataType.JSON;
    }

    int maxMessageBytes() {
        return endpoint.maxMessageBytes();
    }

    int maxQueuedBytes() {
        return endpoint.maxQueuedBytes();
    }
}
