package io.heliograph.socket;

import io.heliograph.CloseReason;
import io.heliograph.EventStream;
import io.heliograph.Subscription;
import io.heliograph.codec.TypeRef;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One connection over which typed values go both ways: a client's, or one of a server's.
 *
 * <p><b>Receiving.</b> What arrives goes, in order, to every listener and stream. Those without a type get single values: an
 * {@code Integer} for the integral types, a {@code Long} for long and unsigned int, a {@code Double} for the others, a
 * {@code String}, a {@code java.awt.image.BufferedImage}, or what a JSON text holds. A framed message of several numbers is
 * one {@code int[]}, {@code long[]} or {@code double[]}; one of a single number is that number, as the wire cannot tell them
 * apart. Without framing each number comes by itself, unless {@code emitBatchDataAsAvailable} is set; text comes in pieces as
 * the network delivers it, never with a character cut; images come as pieces of their files, {@code byte[]}.
 *
 * <p>Those with a type get arrays: a message, or what has come, as one array without a box around any number. The array is the
 * listener's own.
 *
 * <p>What is no value of the type goes to the error listeners, as a {@link io.heliograph.ProtocolViolationException} or a
 * {@link io.heliograph.codec.CodecException}.
 *
 * <p><b>Sending</b> never blocks and keeps the order of the calls. An item is converted as a whole, numbers as by a cast of the
 * Java language (JLS 5.1.3): {@link #send(Object)}.
 *
 * <p><b>The end</b> comes once, from either side, after all that was received before; {@link #onClose} tells why. After an own
 * {@link #close()} nothing is received.
 *
 * <p><b>Threads.</b> Any thread may call any method. Listeners of one server or client run one at a time.
 */
public interface Socket extends AutoCloseable {

    /**
     * Sends one item, as the type that this socket sends.
     *
     * <ul>
     *   <li>Numeric types: a number, or an array or collection of numbers, in which nulls are left out.
     *   <li>{@link DataType#STRING}: text, a number or a boolean, or an array or collection of them, put together.
     *   <li>{@link DataType#JSON}: a string is JSON text already and sent as it is; all else, null too, is written as JSON.
     *   <li>Images: a {@code java.awt.image.BufferedImage}.
     * </ul>
     *
     * @return whether it was accepted. If not, the error listeners get a {@link ConversionException}, a {@link
     *     io.heliograph.QueueFullException} or a {@link io.heliograph.ClosedException}
     */
    boolean send(@Nullable Object item);

    /** Sends an array as {@link #send(Object)} does. */
    default boolean sendBytes(byte... values) {
        return send(values);
    }

    /** Sends an array as {@link #send(Object)} does. */
    default boolean sendShorts(short... values) {
        return send(values);
    }

    /** Sends an array as {@link #send(Object)} does. */
    default boolean sendInts(int... values) {
        return send(values);
    }

    /** Sends an array as {@link #send(Object)} does. */
    default boolean sendLongs(long... values) {
        return send(values);
    }

    /** Sends an array as {@link #send(Object)} does. */
    default boolean sendFloats(float... values) {
        return send(values);
    }

    /** Sends an array as {@link #send(Object)} does; where doubles are sent it is copied once, and in bulk. */
    default boolean sendDoubles(double... values) {
        return send(values);
    }

    /** Calls {@code listener} for each value. A JSON null is null. */
    Subscription onData(Consumer<? super @Nullable Object> listener);

    /**
     * Calls {@code listener} for each message, as a {@code T}:
     *
     * <ul>
     *   <li>Numeric types: an array of a primitive type that can hold every value, such as {@code int[]} or {@code double[]}
     *       for unsigned short. {@code byte[]} takes the bits of unsigned bytes.
     *   <li>{@link DataType#STRING}: {@code String}.
     *   <li>{@link DataType#JSON}: what the JSON codec can make of it, a record for example.
     *   <li>{@link DataType#IMAGE}: {@code BufferedImage} with framing; {@code byte[]}, the file or a piece of it.
     * </ul>
     *
     * @throws IllegalArgumentException if the type that is received cannot be had as a {@code T}
     */
    default <T> Subscription onData(Class<T> type, Consumer<? super T> listener) {
        return onData(TypeRef.of(type), listener);
    }

    /** As {@link #onData(Class, Consumer)}, for a type with parameters. */
    <T> Subscription onData(TypeRef<T> type, Consumer<? super T> listener);

    /** As {@link #onData(Class, Consumer)}. */
    default Subscription onBytes(Consumer<? super byte[]> listener) {
        return onData(byte[].class, listener);
    }

    /** As {@link #onData(Class, Consumer)}. */
    default Subscription onShorts(Consumer<? super short[]> listener) {
        return onData(short[].class, listener);
    }

    /** As {@link #onData(Class, Consumer)}. */
    default Subscription onInts(Consumer<? super int[]> listener) {
        return onData(int[].class, listener);
    }

    /** As {@link #onData(Class, Consumer)}. */
    default Subscription onLongs(Consumer<? super long[]> listener) {
        return onData(long[].class, listener);
    }

    /** As {@link #onData(Class, Consumer)}. */
    default Subscription onFloats(Consumer<? super float[]> listener) {
        return onData(float[].class, listener);
    }

    /** As {@link #onData(Class, Consumer)}. */
    default Subscription onDoubles(Consumer<? super double[]> listener) {
        return onData(double[].class, listener);
    }

    /** As {@link #onData(Class, Consumer)}. */
    default Subscription onText(Consumer<? super String> listener) {
        return onData(String.class, listener);
    }

    /** The values from now on, as a listener without a type gets them. It holds as many as {@code maxPendingMessages} says. */
    EventStream<Object> data();

    /** The messages from now on, as {@link #onData(Class, Consumer)} gets them. */
    default <T> EventStream<T> data(Class<T> type) {
        return data(TypeRef.of(type));
    }

    /** As {@link #data(Class)}, for a type with parameters. */
    <T> EventStream<T> data(TypeRef<T> type);

    /** As {@link #data(Class)}. */
    default EventStream<byte[]> bytes() {
        return data(byte[].class);
    }

    /** As {@link #data(Class)}. */
    default EventStream<short[]> shorts() {
        return data(short[].class);
    }

    /** As {@link #data(Class)}. */
    default EventStream<int[]> ints() {
        return data(int[].class);
    }

    /** As {@link #data(Class)}. */
    default EventStream<long[]> longs() {
        return data(long[].class);
    }

    /** As {@link #data(Class)}. */
    default EventStream<float[]> floats() {
        return data(float[].class);
    }

    /** As {@link #data(Class)}. */
    default EventStream<double[]> doubles() {
        return data(double[].class);
    }

    /** As {@link #data(Class)}. */
    default EventStream<String> text() {
        return data(String.class);
    }

    /** Calls {@code listener} when the connection has ended, once, with the reason; streams end then. */
    Subscription onClose(Consumer<? super CloseReason> listener);

    /**
     * Calls {@code listener} with what went wrong: an item that was not sent, bytes that are no value, a connection that broke,
     * what a listener threw. Errors of a server's socket that has no such listener go to those of the server; without any, they
     * are logged.
     */
    Subscription onError(Consumer<? super Throwable> listener);

    /** Whether the connection is open, as far as is known. */
    boolean isOpen();

    /** Bytes accepted for sending and not yet written. */
    long queuedBytes();

    /** The peer's address: what a server's socket is called from, or the host that a client connects to. */
    String remoteHost();

    /** The peer's port. */
    int remotePort();

    /** Starts an orderly end: what was accepted is written, and no data arrives from now on. Any number of times. */
    @Override
    void close();
}
