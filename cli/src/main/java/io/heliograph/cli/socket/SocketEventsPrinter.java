package io.heliograph.cli.socket;

import io.heliograph.UnreachableException;
import io.heliograph.cli.console.CommandFailure;
import io.heliograph.cli.console.Event;
import io.heliograph.cli.console.EventPrinter;
import io.heliograph.cli.console.Json;
import io.heliograph.codec.Codec;
import io.heliograph.codec.Payload;
import io.heliograph.socket.DataType;
import io.heliograph.socket.Socket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/** Prints values, errors and the close of a socket. */
final class SocketEventsPrinter {

    /** Size on the disk of the smallest file. */
    private static final long BLOCK = 4096;

    private final EventPrinter printer;
    private final DataType type;
    private final Path images;
    private final long maxImageBytes;

    // Guarded by this.
    private long imagesWritten;
    private long imageBytes;

    SocketEventsPrinter(EventPrinter printer, DataType type, SocketOptions options) {
        this.printer = printer;
        this.type = type;
        this.images = options.images;
        this.maxImageBytes = options.maxImages;
    }

    /**
     * Prints the events of {@code socket}.
     *
     * @param id number of the connection; 0 for the connection of a client
     */
    void follow(Socket socket, long id) {
        if (type == DataType.IMAGE) {
            socket.onBytes(file -> printer.print(saved(file, id)));
        } else {
            socket.onData(value -> printer.print(event("data", id).json("data", json(value))));
        }
        socket.onDisconnect(reason -> printer.print(event("close", id).reason(reason)));
        socket.onError(error -> {
            // The command reports a connection that was never open.
            if (!(error instanceof UnreachableException)) {
                printer.print(failure(error, id));
            }
        });
    }

    static Event event(String name, long id) {
        Event event = Event.of(name);
        return id == 0 ? event : event.number("id", id);
    }

    private static Event failure(Throwable error, long id) {
        Event event = Event.failure("error", error);
        return id == 0 ? event : event.number("id", id);
    }

    /** Returns a value as JSON; numbers without a JSON form become strings. */
    private static String json(@Nullable Object value) {
        return switch (value) {
            case String text -> Json.quote(text);
            case Double number -> number(number);
            case double[] numbers -> {
                List<String> texts = new ArrayList<>(numbers.length);
                DoubleStream.of(numbers).forEach(each -> texts.add(number(each)));
                yield "[" + String.join(",", texts) + "]";
            }
            case null, default -> encoded(value);
        };
    }

    private static String number(double value) {
        return Double.isFinite(value) ? encoded(value) : "\"" + value + "\"";
    }

    private static String encoded(@Nullable Object value) {
        return Json.oneLine(Payload.ofValue(Codec.named("json"), value).text());
    }

    private synchronized Event saved(byte[] file, long id) {
        long size = Math.max(file.length, BLOCK);
        if (imageBytes + size > maxImageBytes) {
            return failure(
                    new CommandFailure("an image of " + file.length + " bytes was not written: more than "
                            + maxImageBytes + " bytes of images (see --max-images)"),
                    id);
        }
        imageBytes += size;
        try {
            Files.createDirectories(images);
            Path path;
            do {
                imagesWritten++;
                path = images.resolve("image-" + imagesWritten + "." + extension(file));
            } while (Files.exists(path));
            Files.write(path, file);
            return event("data", id).text("data", path.toString());
        } catch (IOException e) {
            return failure(e, id);
        }
    }

    private static String extension(byte[] file) {
        String start = new String(file, 0, Math.min(4, file.length), java.nio.charset.StandardCharsets.ISO_8859_1);
        if (start.startsWith("\u0089PNG")) {
            return "png";
        }
        if (start.startsWith("GIF8")) {
            return "gif";
        }
        if (start.startsWith("BM")) {
            return "bmp";
        }
        return start.startsWith("\u00ff\u00d8") ? "jpg" : "img";
    }
}
