package io.heliograph.realtime.server;

import io.heliograph.realtime.packet.PacketCodec;
import io.heliograph.transport.EventLoop;

/** What the sockets of one event loop share. Touched by the loop only. */
final class ServerLoop {

    final EventLoop loop;
    final PacketCodec.Reader reader;
    final TimerHeap alarms;
    final ServerCounters.OfLoop counters = new ServerCounters.OfLoop();

    ServerLoop(EventLoop loop, PacketCodec packets) {
        this.loop = loop;
        this.alarms = new TimerHeap(loop);
        this.reader = packets.reader();
    }
}
