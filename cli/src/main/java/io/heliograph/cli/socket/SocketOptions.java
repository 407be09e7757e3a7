package io.heliograph.cli.socket;

import io.heliograph.cli.option.DurationConverter;
import io.heliograph.cli.option.LargeMessageOption;
import io.heliograph.cli.option.PeerOptions;
import io.heliograph.cli.option.SizeConverter;
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

    @Mixin
    @SuppressWarnings("NullAway.Init")
    PeerOptions peer;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    LargeMessageOption maxMessage;

    @Option(
            order = 94,
            names = "--max-images",
            paramLabel = "SIZE",
            defaultValue = "1GiB",
            converter = SizeConverter.class,
            description = "Maximum size of all image files; further images are errors (default: ${DEFAULT-VALUE}).")
    int maxImages;

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
