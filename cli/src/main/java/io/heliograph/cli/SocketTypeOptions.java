package io.heliograph.cli;

import io.heliograph.socket.DataType;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What all socket commands are told. */
final class SocketTypeOptions {

    @Option(
            order = 1,
            names = "--receive",
            paramLabel = "TYPE",
            defaultValue = "string",
            description =
                    "What the peer sends: byte, unsignedbyte, short, unsignedshort, int, unsignedint, long, float, double,"
                            + " number, string, json, or image with --framed (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    String receive;

    @Option(
            order = 2,
            names = "--send",
            paramLabel = "TYPE",
            defaultValue = "string",
            description =
                    "As what values are sent: the same, or an image format such as png (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    String send;

    @Option(
            order = 3,
            names = "--framed",
            description = "Each value is a message with its length before it; without, bytes follow each other.")
    boolean framed;

    @Option(
            order = 4,
            names = "--images",
            paramLabel = "DIR",
            defaultValue = ".",
            description = "Where received images are written, each to a new file (default: here).")
    @SuppressWarnings("NullAway.Init")
    Path images;

    @Option(
            order = 5,
            names = "--idle",
            paramLabel = "D",
            defaultValue = "0s",
            converter = DurationConverter.class,
            description = "Closes a connection that is silent for so long (default: never).")
    @SuppressWarnings("NullAway.Init")
    Duration idle;

    @Option(order = 10, names = "--tls", description = "TLS over the connection.")
    boolean tls;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    TlsFiles tlsFiles;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    PeerOptions peer;

    @Option(
            order = 91,
            names = "--max-message",
            paramLabel = "SIZE",
            defaultValue = "64MiB",
            converter = SizeConverter.class,
            description = "The longest message, sent or received, such as 64KiB or 10MB (default: ${DEFAULT-VALUE}).")
    int maxMessage;

    /** The longest line of input. */
    int maxLine() {
        return (int) Math.min(Integer.MAX_VALUE - 16L, 4L * maxMessage + 4096);
    }

    /**
     * What is received.
     *
     * @throws IllegalArgumentException if there is no such type, or it needs framing
     */
    DataType receiveType() {
        DataType type = DataType.named(receive);
        if (type == DataType.IMAGE && !framed) {
            throw new IllegalArgumentException(
                    "--receive image without --framed (expected: both, as nothing else tells where an image ends)");
        }
        return type;
    }

    /**
     * Whether there is TLS.
     *
     * @param more whether it has options beside its files
     * @throws IllegalArgumentException if there is none, but options for it: nobody shall believe in encryption that is not there
     */
    boolean tls(boolean more) {
        if (!tls && (more || tlsFiles.areNamed())) {
            throw new IllegalArgumentException("options for TLS without --tls (expected: both)");
        }
        return tls;
    }

    /** Reads a line, which is sent as {@link #send} says. */
    SocketInput.Kind input() {
        String type = send.strip();
        if (type.equalsIgnoreCase("json")) {
            return SocketInput.Kind.JSON;
        }
        try {
            return DataType.named(type) == DataType.IMAGE ? SocketInput.Kind.IMAGE : SocketInput.Kind.VALUE;
        } catch (IllegalArgumentException format) {
            return SocketInput.Kind.IMAGE;
        }
    }
}
