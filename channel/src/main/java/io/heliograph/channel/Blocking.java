package io.heliograph.channel;

/** Runs what may block, away from event loops. */
final class Blocking {

    private Blocking() {}

    static void start(Runnable task) {
        Thread.ofVirtual().name("heliograph-channel").start(task);
    }
}
