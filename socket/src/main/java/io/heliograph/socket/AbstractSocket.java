package io.heliograph.socket;

import io.heliograph.CloseReason;
import io.heliograph.EventStream;
import io.heliograph.Subscription;
import io.heliograph.codec.TypeRef;
import io.heliograph.endpoint.ErrorNotifier;
import io.heliograph.frame.Frame;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What the sockets of servers and clients have in common: conversion, and listeners. */
abstract class AbstractSocket implements Socket {

    final SocketCore core;
    final SocketEvents events;

    AbstractSocket(SocketCore core, ErrorNotifier errors) {
        this.core = core;
        this.events = new SocketEvents(core, errors);
    }

    /** Sends a message that has been converted. */
    abstract boolean transmit(Frame frame);

    @Override
    public final boolean send(@Nullable Object item) {
        Frame frame;
        try {
            frame = core.encoder.encode(item);
        } catch (ConversionException e) {
            core.counters.drop(SocketDrops.UNCONVERTIBLE, 1);
            events.errors().report(e);
            return false;
        }
        return transmit(frame);
    }

    @Override
    public final Subscription onData(Consumer<? super @Nullable Object> listener) {
        return events.onData(listener);
    }

    @Override
    public final <T> Subscription onData(TypeRef<T> type, Consumer<? super T> listener) {
        return events.onData(type, listener);
    }

    @Override
    public final EventStream<Object> data() {
        return events.data();
    }

    @Override
    public final <T> EventStream<T> data(TypeRef<T> type) {
        return events.data(type);
    }

    @Override
    public final Subscription onClose(Consumer<? super CloseReason> listener) {
        return events.onClose(listener);
    }

    @Override
    public final Subscription onError(Consumer<? super Throwable> listener) {
        return events.errors().on(listener);
    }
}
