package io.heliograph.socket;

import io.heliograph.ProtocolViolationException;
import io.heliograph.frame.Frame;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Encodes and decodes image files. Only this class needs the module {@code java.desktop}. */
final class ImageFiles {

    static final String CORRUPTED = "Received corrupted image.";

    private ImageFiles() {}

    /**
     * Encodes an image as a file. A format without transparency receives the image on white; a format of two colors
     * receives it in black and white.
     *
     * @throws ConversionException if the item is not an image, or the format cannot represent it
     */
    static byte[] write(Object item, String format) {
        if (!(item instanceof BufferedImage image)) {
            throw new ConversionException(
                    "Expected an image to send, but instead got "
                            + item.getClass().getName(),
                    null);
        }
        // A writer that rejects an image returns false, or writes an empty file.
        byte[] bytes = tryWrite(image, format);
        if (bytes.length == 0) {
            bytes = tryWrite(onWhite(image, BufferedImage.TYPE_INT_RGB), format);
        }
        if (bytes.length == 0) {
            bytes = tryWrite(onWhite(image, BufferedImage.TYPE_BYTE_BINARY), format);
        }
        if (bytes.length == 0) {
            throw new ConversionException("The image cannot be written as " + format, null);
        }
        return bytes;
    }

    private static byte[] tryWrite(BufferedImage image, String format) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream target = new MemoryCacheImageOutputStream(bytes)) {
            if (!ImageIO.write(image, format, target)) {
                return new byte[0];
            }
        } catch (IOException failure) {
            throw new ConversionException("The image cannot be written as " + format, failure);
        }
        return bytes.toByteArray();
    }

    private static BufferedImage onWhite(BufferedImage image, int type) {
        BufferedImage opaque = new BufferedImage(image.getWidth(), image.getHeight(), type);
        Graphics2D graphics = opaque.createGraphics();
        try {
            graphics.drawImage(image, 0, 0, Color.WHITE, null);
        } finally {
            graphics.dispose();
        }
        return opaque;
    }

    /**
     * Decodes a file of any format that the runtime can read. The declared dimensions are checked before decoding.
     *
     * @throws ProtocolViolationException if the file is not an image or declares too many pixels
     */
    static BufferedImage read(Frame file, long maxPixels) {
        BufferedImage image;
        try (ImageInputStream source =
                new MemoryCacheImageInputStream(new ByteArrayInputStream(file.array(), file.offset(), file.length()))) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(source);
            if (!readers.hasNext()) {
                throw new ProtocolViolationException(CORRUPTED, null);
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(source, true, true);
                long width = reader.getWidth(0);
                long height = reader.getHeight(0);
                if (width <= 0 || height <= 0) {
                    throw new ProtocolViolationException(CORRUPTED, null);
                }
                if (width * height > maxPixels) {
                    throw new ProtocolViolationException(
                            "image of "
                                    + width
                                    + " by "
                                    + height
                                    + " pixels (expected: at most "
                                    + maxPixels
                                    + " pixels)",
                            null);
                }
                image = reader.read(0);
            } finally {
                reader.dispose();
            }
        } catch (IOException | RuntimeException failure) {
            if (failure instanceof ProtocolViolationException ours) {
                throw ours;
            }
            // The readers of the JDK throw arbitrary runtime exceptions for malformed files.
            throw new ProtocolViolationException(CORRUPTED, failure);
        }
        return image;
    }
}
