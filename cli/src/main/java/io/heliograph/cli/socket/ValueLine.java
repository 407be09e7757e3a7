package io.heliograph.cli.socket;

import io.heliograph.cli.console.InvalidInput;
import io.heliograph.cli.console.Json;
import io.heliograph.codec.CodecException;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.util.Map;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;

/**
 * Value on a line of standard input.
 *
 * @param data the value
 * @param id number of the connection; 0 for all connections
 * @param size approximate size in bytes
 */
record ValueLine(@Nullable Object data, long id, long size) {

    /** Kind of values that a socket sends. */
    enum Kind {
        /** A number, a string or an array. */
        VALUE,
        /** JSON, unchanged. */
        JSON,
        /** Name of an image file. */
        IMAGE
    }

    /**
     * Parses a line.
     *
     * @param connections whether the form {@code {"id":1,"data":…}} addresses a connection
     * @throws InvalidInput if the JSON is malformed or the image cannot be read
     */
    static ValueLine parse(String line, Kind kind, boolean connections) throws InvalidInput {
        Object value = read(line);
        String text = line.strip();
        long id = 0;
        if (connections && value instanceof Map<?, ?> object && isAddressed(object)) {
            id = object.get("id") instanceof Long number ? number : 0;
            value = object.get("data");
            text = Json.members(line).getOrDefault("data", "null");
        }
        Object data = switch (kind) {
            case VALUE -> value;
            case JSON -> text;
            case IMAGE -> image(value);
        };
        return new ValueLine(data, id, line.length());
    }

    private static @Nullable Object read(String line) throws InvalidInput {
        try {
            return Json.read(line);
        } catch (CodecException e) {
            throw new InvalidInput("malformed JSON: " + Json.problem(e) + " (expected: a JSON value)");
        }
    }

    private static boolean isAddressed(Map<?, ?> object) {
        return object.size() == 2 && object.get("id") instanceof Long id && id > 0 && object.containsKey("data");
    }

    private static BufferedImage image(@Nullable Object name) throws InvalidInput {
        if (!(name instanceof String path)) {
            throw new InvalidInput("not a string (expected: the name of an image file)");
        }
        try {
            BufferedImage image = ImageIO.read(new File(path));
            if (image != null) {
                return image;
            }
        } catch (IOException e) {
            // reported below
        }
        throw new InvalidInput("'" + path + "' (expected: the name of a readable image file)");
    }
}
