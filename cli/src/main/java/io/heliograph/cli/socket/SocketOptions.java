package io.heliograph.cli.socket;

import io.heliograph.cli.console.StandardInput;
import io.heliograph.cli.option.DurationConverter;
import io.heliograph.cli.option.PeerOptions;
import io.heliograph.cli.option.SizeConverter;
import io.heliograph.cli.option.TlsFiles;
import io.heliograph.socket.DataType;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of all socket commands. */
final class SocketOptions {

    @Option(
            order = 1,
            names = "--receive",
            paramLabel = "TYPE",
            defaultValue = "string",
            description =
                    "Type of received values: byte, unsignedbyte, short, unsignedshort, int, unsignedint, long, float, double,"
                            + " number, string, json, or image with --framed (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    String receive;

    @Option(
            order = 2,
            names = "--send",
            paramLabel = "TYPE",
            defaultValue = "string",
            description =
                    "Type of sent values: the same types, or an image format such as png (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    String send;

    @Option(
            order = 3,
            names = "--framed",
            description = "Sends each value as a message with a length prefix instead of a byte stream.")
    boolean framed;

    @Option(
            order = 4,
            names = "--images",
            paramLabel = "DIR",
            defaultValue = ".",
            description = "Directory for received images, one file each (default: current directory).")
    @SuppressWarnings("NullAway.Init")
    Path images;

    @Option(
            order = 5,
            names = "--idle",
            paramLabel = "D",
            defaultValue = "0s",
            converter = DurationConverter.class,
            description = "Closes a connection after this time without data (default: never).")
    @SuppressWarnings("NullAway.Init")
    Duration idle;

    @Option(order = 10, names = "--tls", description = "Enables TLS.")
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
            description = "Maximum size of a message, such as 64KiB or 10MB (default: ${DEFAULT-VALUE}).")
    int maxMessage;

    /** Returns the maximum length of an input line. */
    int maxLine() {
        return StandardInput.lineLimit(4L * maxMessage);
    }

    /**
     * Returns the type of received values.
     *
     * @throws IllegalArgumentException if the type is unknown or requires framing
     */
    DataType receiveType() {
        DataType type = DataType.named(receive);
        if (type == DataType.IMAGE && !framed) {
            throw new IllegalArgumentException(
                    "--receive image without --framed (expected: both, because images need a length prefix)");
        }
        return type;
    }

    /**
     * Whether TLS is enabled.
     *
     * @param more whether further options of TLS are present
     * @throws IllegalArgumentException if TLS is disabled but options of TLS are present
     */
    boolean tls(boolean more) {
        if (!tls && (more || tlsFiles.areNamed())) {
            throw new IllegalArgumentException("options of TLS without --tls (expected: both)");
        }
        return tls;
    }

    /** Returns the kind of values for the type {@link #send}. */
    ValueLine.Kind input() {
        String type = send.strip();
        if (type.equalsIgnoreCase("json")) {
            return ValueLine.Kind.JSON;
        }
        try {
            return DataType.named(type) == DataType.IMAGE ? ValueLine.Kind.IMAGE : ValueLine.Kind.VALUE;
        } catch (IllegalArgumentException e) {
            return ValueLine.Kind.IMAGE;
        }
    }
}
