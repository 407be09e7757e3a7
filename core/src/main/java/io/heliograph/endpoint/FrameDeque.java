package io.heliograph.endpoint;

import io.heliograph.frame.Frame;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * First-in, first-out queue of frames that needs no array for a single frame. Each connection has two of them, and most are empty.
 * Not thread-safe.
 */
final class FrameDeque implements Iterable<Frame> {

    private @Nullable Frame first;

    // Further frames; empty while first is null.
    private @Nullable ArrayDeque<Frame> others;

    boolean isEmpty() {
        return first == null;
    }

    int size() {
        return first == null ? 0 : others == null ? 1 : 1 + others.size();
    }

    void add(Frame frame) {
        if (first == null) {
            first = frame;
            return;
        }
        if (others == null) {
            others = new ArrayDeque<>(2);
        }
        others.add(frame);
    }

    /** Returns the first frame, or null if the queue is empty. */
    @Nullable
    Frame peek() {
        return first;
    }

    /** Removes and returns the first frame, or null if the queue is empty. */
    @Nullable
    Frame poll() {
        Frame taken = first;
        first = others == null ? null : others.poll();
        return taken;
    }

    void clear() {
        first = null;
        others = null;
    }

    @Override
    public Iterator<Frame> iterator() {
        return new Iterator<>() {

            private @Nullable Frame next = first;
            private final @Nullable Iterator<Frame> behind = others == null ? null : others.iterator();

            @Override
            public boolean hasNext() {
                return next != null;
            }

            @Override
            public Frame next() {
                Frame given = next;
                if (given == null) {
                    throw new NoSuchElementException();
                }
                next = behind != null && behind.hasNext() ? behind.next() : null;
                return given;
            }
        };
    }
}
