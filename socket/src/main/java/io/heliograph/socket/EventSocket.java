package io.heliograph.socket;

import io.heliograph.CloseReason;
import io.heliograph.DropReason;
import io.heliograph.EventStream;
import io.heliograph.Subscription;
import io.heliograph.codec.TypeRef;
import io.heliograph.frame.Frame;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Socket of a server or client, on top of its {@link SocketEvents}. */
interface EventSocket extends Socket {

    SocketEvents events();

    /** Sends an encoded item. */
    boolean transmit(Frame frame);

    @Override
    default boolean send(@Nullable Object item) {
        Frame frame;
        try {
            frame = events().endpoint().encoder.encode(item);
        } catch (ConversionException e) {
            events().endpoint().counters.drop(DropReason.NOT_CONVERTIBLE, 1);
            events().errors().report(e);
            return false;
        }
        return transmit(frame);
    }

    @Override
    default Subscription onData(Consumer<? super @Nullable Object> listener) {
        return events().onData(listener);
    }

    @Override
    default <T> Subscription onData(TypeRef<T> type, Consumer<? super T> listener) {
        return events().onData(type, listener);
    }

    @Override
    default EventStream<Object> data() {
        return events().data();
    }

    @Override
    default <T> EventStream<T> data(TypeRef<T> type) {
        return events().data(type);
    }

    @Override
    default Subscription onDisconnect(Consumer<? super CloseReason> listener) {
        return events().onDisconnect(listener);
    }

    @Override
    default Subscription onError(Consumer<? super Throwable> listener) {
        return events().errors().on(listener);
    }
}
