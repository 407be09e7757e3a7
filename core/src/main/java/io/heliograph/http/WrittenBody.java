package io.heliograph.http;

import io.heliograph.frame.Frame;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;

/** Publishes the output of a {@link BodyWriter}, which runs on a virtual thread and blocks until the subscriber has demand. */
final class WrittenBody implements Flow.Publisher<Frame> {

    private static final ThreadFactory THREADS =
            Thread.ofVirtual().name("heliograph-http-body-", 0).factory();
    private static final int CHUNK = 32 * 1024;

    private final BodyWriter writer;

    WrittenBody(BodyWriter writer) {
        this.writer = writer;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super Frame> subscriber) {
        Demand demand = new Demand();
        subscriber.onSubscribe(demand);
        THREADS.newThread(() -> run(subscriber, demand)).start();
    }

    private void run(Flow.Subscriber<? super Frame> subscriber, Demand demand) {
        try (OutputStream out = new BufferedOutputStream(new Output(subscriber, demand), CHUNK)) {
            writer.write(out);
        } catch (Throwable failure) {
            if (!demand.canceled) {
                subscriber.onError(failure);
            }
            return;
        }
        subscriber.onComplete();
    }

    private static final class Output extends OutputStream {

        private final Flow.Subscriber<? super Frame> subscriber;
        private final Demand demand;

        Output(Flow.Subscriber<? super Frame> subscriber, Demand demand) {
            this.subscriber = subscriber;
            this.demand = demand;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            int end = offset + length;
            for (int from = offset; from < end; from += CHUNK) {
                demand.await();
                subscriber.onNext(Frame.copyOf(ByteBuffer.wrap(bytes, from, Math.min(CHUNK, end - from))));
            }
        }
    }

    private static final class Demand extends Semaphore implements Flow.Subscription {

        private static final long serialVersionUID = 1L;

        private volatile boolean canceled;

        Demand() {
            super(0);
        }

        @Override
        public void request(long n) {
            release((int) Math.min(n, CHUNK));
        }

        @Override
        public void cancel() {
            canceled = true;
            release();
        }

        void await() throws IOException {
            acquireUninterruptibly();
            if (canceled) {
                release();
                throw new IOException("the connection was closed before the whole body was written");
            }
        }
    }
}
