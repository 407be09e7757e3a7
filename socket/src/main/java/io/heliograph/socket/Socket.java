package io.heliograph.socket;

import io.heliograph.CloseReason;
import io.heliograph.EventStream;
import io.heliograph.Subscription;
import io.heliograph.codec.TypeRef;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Connection that exchanges typed values: a client, or one connection of a server.
 *
 * <p><b>Receiving.</b> Data is delivered, in order, to every listener and stream. An untyped listener receives single values: an
 * {@code Integer} for the integral types, a {@code Long} for long and unsigned int, a {@code Double} for the floating-point
 * types, a {@code String}, a {@code java.awt.image.BufferedImage}, or the value of a JSON document. A framed message of several
 * numbers is one {@code int[]}, {@code long[]} or {@code double[]}; a framed message of one number is that number. Raw numbers
 * arrive individually, unless {@code emitBatchDataAsAvailable} is set; raw strings arrive in arbitrary parts that never split a
 * character; raw images arrive as chunks of their files, {@code byte[]}.
 *
 * <p>A typed listener receives each message, or the available raw elements, as one primitive array, which the listener owns.
 *
 * <p>Malformed data is reported to the error listeners as a {@link io.heliograph.ProtocolViolationException} or a
 * {@link io.heliograph.codec.CodecException}.
 *
 * <p><b>Sending</b> never blocks and preserves the order of calls. An item is converted as a whole; numbers are narrowed like a
 * cast of the Java language (JLS 5.1.3): {@link #send(Object)}.
 *
 * <p><b>Disconnection</b> is reported once, after all received data, by {@link #onDisconnect}. No data is delivered after a local
 * {@link #close()}.
 *
 * <p><b>Threads.</b> Thread-safe. Listeners of one server or client run one at a time.
 */
public interface Socket extends AutoCloseable {

    /**
     * Sends one item, converted to the send type.
     *
     * <ul>
     *   <li>Numeric types: a number, or an array or collection of numbers; nulls are skipped.
     *   <li>{@link DataType#STRING}: a string, a number or a boolean, or an array or collection of them, concatenated.
     *   <li>{@link DataType#JSON}: a string is sent verbatim as a JSON document; any other value, null included, is encoded.
     *   <li>Images: a {@code java.awt.image.BufferedImage}.
     * </ul>
     *
     * @return whether the item was accepted. A rejection is reported to the error listeners as a {@link ConversionException}, a
     *     {@link io.heliograph.QueueFullException} or a {@link io.heliograph.ClosedException}
     */
    boolean send(@Nullable Object item);

    /** Sends an array; see {@link #send(Object)}. */
    default boolean sendBytes(byte... values) {
        return send(values);
    }

    /** Sends an array; see {@link #send(Object)}. */
    default boolean sendShorts(short... values) {
        return send(values);
    }

    /** Sends an array; see {@link #send(Object)}. */
    default boolean sendInts(int... values) {
        return send(values);
    }

    /** Sends an array; see {@link #send(Object)}. */
    default boolean sendLongs(long... values) {
        return send(values);
    }

    /** Sends an array; see {@link #send(Object)}. */
    default boolean sendFloats(float... values) {
        return send(values);
    }

    /** Sends an array; see {@link #send(Object)}. Copied once, in bulk, if doubles are sent. */
    default boolean sendDoubles(double... values) {
        return send(values);
    }

    /** Calls {@code listener} for each value. A JSON null is received as null. */
    Subscription onData(Consumer<? super @Nullable Object> listener);

    /**
     * Calls {@code listener} for each message, decoded as a {@code T}:
     *
     * <ul>
     *   <li>Numeric types: a primitive array that holds every value, such as {@code int[]} or {@code double[]} for unsigned
     *       short. {@code byte[]} holds the bits of unsigned bytes.
     *   <li>{@link DataType#STRING}: {@code String}.
     *   <li>{@link DataType#JSON}: any class that the JSON codec can decode, such as a record.
     *   <li>{@link DataType#IMAGE}: {@code BufferedImage} with framing; {@code byte[]} for the file or a chunk of it.
     * </ul>
     *
     * @throws IllegalArgumentException if {@code T} cannot hold every value of the receive type
     */
    default <T> Subscription onData(Class<T> type, Consumer<? super T> listener) {
        return onData(TypeRef.of(type), listener);
    }

    /** Calls {@code listener} for each message, decoded as a parameterized type. */
    <T> Subscription onData(TypeRef<T> type, Consumer<? super T> listener);

    /** Calls {@code listener} for each message as a {@code byte[]}. */
    default Subscription onBytes(Consumer<? super byte[]> listener) {
        return onData(byte[].class, listener);
    }

    /** Calls {@code listener} for each message as a {@code short[]}. */
    default Subscription onShorts(Consumer<? super short[]> listener) {
        return onData(short[].class, listener);
    }

    /** Calls {@code listener} for each message as a {@code int[]}. */
    default Subscription onInts(Consumer<? super int[]> listener) {
        return onData(int[].class, listener);
    }

    /** Calls {@code listener} for each message as a {@code long[]}. */
    default Subscription onLongs(Consumer<? super long[]> listener) {
        return onData(long[].class, listener);
    }

    /** Calls {@code listener} for each message as a {@code float[]}. */
    default Subscription onFloats(Consumer<? super float[]> listener) {
        return onData(float[].class, listener);
    }

    /** Calls {@code listener} for each message as a {@code double[]}. */
    default Subscription onDoubles(Consumer<? super double[]> listener) {
        return onData(double[].class, listener);
    }

    /** Calls {@code listener} for each message as a {@code String}. */
    default Subscription onText(Consumer<? super String> listener) {
        return onData(String.class, listener);
    }

    /** Opens a stream of the values from now on, like an untyped listener. Its capacity is {@code maxPendingMessages}. */
    EventStream<Object> data();

    /** Opens a stream of the messages from now on, decoded as {@code type}. */
    default <T> EventStream<T> data(Class<T> type) {
        return data(TypeRef.of(type));
    }

    /** Opens a stream of the messages from now on, decoded as a parameterized type. */
    <T> EventStream<T> data(TypeRef<T> type);

    /** Opens a stream of the messages as {@code byte[]}. */
    default EventStream<byte[]> bytes() {
        return data(byte[].class);
    }

    /** Opens a stream of the messages as {@code short[]}. */
    default EventStream<short[]> shorts() {
        return data(short[].class);
    }

    /** Opens a stream of the messages as {@code int[]}. */
    default EventStream<int[]> ints() {
        return data(int[].class);
    }

    /** Opens a stream of the messages as {@code long[]}. */
    default EventStream<long[]> longs() {
        return data(long[].class);
    }

    /** Opens a stream of the messages as {@code float[]}. */
    default EventStream<float[]> floats() {
        return data(float[].class);
    }

    /** Opens a stream of the messages as {@code double[]}. */
    default EventStream<double[]> doubles() {
        return data(double[].class);
    }

    /** Opens a stream of the messages as {@code String}. */
    default EventStream<String> text() {
        return data(String.class);
    }

    /** Calls {@code listener} once when the connection has ended. Streams end, too. */
    Subscription onDisconnect(Consumer<? super CloseReason> listener);

    /**
     * Calls {@code listener} for each failure: a rejected item, malformed data, a broken connection, an exception of a listener.
     * Errors of a server's socket without error listeners are reported to the error listeners of the server; without any, they
     * are logged.
     */
    Subscription onError(Consumer<? super Throwable> listener);

    /** Whether items can be sent. */
    boolean isConnected();

    /** Number of accepted bytes that have not been handed to the operating system. */
    long queuedBytes();

    /** The host of the peer: the remote address of a server's socket, or the configured host of a client. */
    String remoteHost();

    /** The port of the peer. */
    int remotePort();

    /** Ends the connection in order after queued items. No data is delivered afterwards. Idempotent. */
    @Override
    void close();
}
