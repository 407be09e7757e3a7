package io.heliograph.cli;

import io.heliograph.codec.CodecException;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.util.Map;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;

/**
 * A line of standard input: a value to send.
 *
 * @param data what is sent
 * @param id whom it is for; 0 for everybody
 * @param size about how many bytes it takes
 */
record SocketInput(@Nullable Object data, long id, long size) {

    /** What a value is to the socket. */
    enum Kind {
        /** A number, a text, an array of them. */
        VALUE,
        /** JSON, as it is written. */
        JSON,
        /** The name of an image file. */
        IMAGE
    }

    /**
     * Reads a line.
     *
     * @param connections whether it may name one, as {@code {"id":1,"data":…}}
     * @throws InvalidInput if it is no JSON, or names no image
     */
    static SocketInput parse(String line, Kind kind, boolean connections) throws InvalidInput {
        Object value = read(line);
        String text = line.strip();
        long id = 0;
        if (connections && value instanceof Map<?, ?> object && isAddressed(object)) {
            id = object.get("id") instanceof Long number ? number : 0;
            value = object.get("data");
            text = JsonText.members(line).getOrDefault("data", "null");
        }
        Object data = switch (kind) {
            case VALUE -> value;
            case JSON -> text;
            case IMAGE -> image(value);
        };
        return new SocketInput(data, id, line.length());
    }

    private static @Nullable Object read(String line) throws InvalidInput {
        try {
            return JsonText.read(line);
        } catch (CodecException e) {
            throw new InvalidInput("no JSON: " + JsonText.problem(e) + " (expected: a JSON value)");
        }
    }

    private static boolean isAddressed(Map<?, ?> object) {
        return object.size() == 2 && object.get("id") instanceof Long id && id > 0 && object.containsKey("data");
    }

    private static BufferedImage image(@Nullable Object name) throws InvalidInput {
        if (!(name instanceof String path)) {
            throw new InvalidInput("no string (expected: the name of an image file)");
        }
        try {
            BufferedImage image = ImageIO.read(new File(path));
            if (image != null) {
                return image;
            }
        } catch (IOException e) {
            // said below
        }
        throw new InvalidInput("'" + path + "' (expected: the name of an image file that can be read)");
    }
}
