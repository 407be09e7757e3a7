package io.heliograph.realtime.session;

import java.util.function.Consumer;

/** Listener of a {@link StreamMultiplexer}. */
final class ListenerSink<T> extends StreamSink<T> {

    private final Consumer<? super T> listener;
    private final boolean once;
    private final Consumer<StreamSink<T>> remove;
    private volatile boolean removed;

    /**
     * @param once whether the listener is called once
     * @param remove removes this consumer from its group
     */
    ListenerSink(long id, String name, Consumer<? super T> listener, boolean once, Consumer<StreamSink<T>> remove) {
        super(id, name);
        this.listener = listener;
        this.once = once;
        this.remove = remove;
    }

    @Override
    void accept(T item) {
        if (removed) {
            return;
        }
        if (once) {
            kill();
        }
        listener.accept(item);
    }

    @Override
    void end() {
        kill();
    }

    @Override
    void kill() {
        removed = true;
        remove.accept(this);
    }

    @Override
    long backpressure(SinkGroup<T> channel) {
        return channel.pending.get();
    }

    @Override
    boolean isOver() {
        return removed;
    }
}
