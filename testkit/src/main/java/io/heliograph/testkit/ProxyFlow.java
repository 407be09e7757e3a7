package io.heliograph.testkit;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Settings of one direction of a {@link FaultProxy}, and the bytes forwarded in it. */
final class ProxyFlow {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition resumed = lock.newCondition();
    private final ByteArrayOutputStream record = new ByteArrayOutputStream();
    private boolean recording = true;
    private boolean stalled;
    private volatile Duration delay = Duration.ZERO;
    private volatile long cutAfter = Long.MAX_VALUE;
    private volatile FaultProxy.Cut cut = FaultProxy.Cut.CLOSE;

    void cutAfter(long bytes, FaultProxy.Cut how) {
        cut = how;
        cutAfter = bytes;
    }

    void delay(Duration each) {
        delay = each;
    }

    Duration delay() {
        return delay;
    }

    long cutAfter() {
        return cutAfter;
    }

    FaultProxy.Cut cut() {
        return cut;
    }

    void stalled(boolean wanted) {
        lock.lock();
        try {
            stalled = wanted;
            resumed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void awaitOpen(SocketChannel of) throws InterruptedException {
        lock.lock();
        try {
            while (stalled && of.isOpen()) {
                resumed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    void wake() {
        lock.lock();
        try {
            resumed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void record(boolean wanted) {
        lock.lock();
        try {
            recording = wanted;
        } finally {
            lock.unlock();
        }
    }

    void passed(ByteBuffer piece) {
        lock.lock();
        try {
            if (!recording) {
                return;
            }
            byte[] bytes = new byte[piece.remaining()];
            piece.get(piece.position(), bytes);
            record.writeBytes(bytes);
        } finally {
            lock.unlock();
        }
    }

    byte[] recorded() {
        lock.lock();
        try {
            return record.toByteArray();
        } finally {
            lock.unlock();
        }
    }
}
