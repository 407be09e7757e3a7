package io.heliograph.socket.spi;

import io.heliograph.codec.Payload;
import io.heliograph.frame.Frame;

/** Encoder of the send type of a server, with its length prefix if the server is framed. Thread-safe. */
public interface SocketFormat {

    /**
     * Converts a JSON value to a frame that any number of connections may share.
     *
     * <p>A numeric type takes a number, or an array of numbers, each converted like a cast of the Java language; a string takes a string, a
     * number or a boolean; an image takes an object {@code {"base64":true,"data":…}} with an encoded image, which is sent as it is;
     * JSON takes any value.
     *
     * @param payload the value; its codec must have the format {@code json}
     * @throws io.heliograph.HeliographException if the value cannot be converted, or its frame is too long
     */
    Frame frame(Payload payload);
}
