package io.heliograph.realtime.server;

import io.heliograph.endpoint.Counters;
import io.heliograph.realtime.packet.PacketCodec;
import io.heliograph.transport.EventLoop;

/** State that the connections of one event loop share. Event loop only. */
final class LoopContext {

    final EventLoop loop;
    final PacketCodec.Reader reader;
    final TimerHeap timers;
    final Counters.OfLoop counters;

    LoopContext(EventLoop loop, PacketCodec packets, Counters counters) {
        this.loop = loop;
        this.timers = new TimerHeap(loop);
        this.reader = packets.reader();
        this.counters = counters.ofLoop();
    }
}
