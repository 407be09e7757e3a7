package io.heliograph.interop;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;

/** Load balancer of a {@link Chaos} run: connects each client to a random server that accepts it, and resets connections. Thread-safe. */
final class ChaosProxy implements AutoCloseable {

    private final ServerSocket listener;
    private final List<Integer> ports;
    private final Random random;
    private final List<Socket> clients = new CopyOnWriteArrayList<>();

    ChaosProxy(List<Integer> ports, long seed) throws IOException {
        this.ports = List.copyOf(ports);
        this.random = new Random(seed);
        this.listener = new ServerSocket(0, 512, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                Thread.ofVirtual().start(() -> serve(client));
            }
        } catch (IOException closed) {
            // The run has ended.
        }
    }

    private void serve(Socket client) {
        Socket server = connect();
        if (server == null) {
            reset(client);
            return;
        }
        clients.add(client);
        Thread.ofVirtual().start(() -> copy(server, client));
        copy(client, server);
        clients.remove(client);
    }

    private Socket connect() {
        List<Integer> shuffled = new ArrayList<>(ports);
        synchronized (random) {
            Collections.shuffle(shuffled, random);
        }
        for (int port : shuffled) {
            try {
                return new Socket(InetAddress.getLoopbackAddress(), port);
            } catch (IOException killed) {
                // The next one.
            }
        }
        return null;
    }

    private static void copy(Socket from, Socket to) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[16_384];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                out.write(buffer, 0, count);
            }
        } catch (IOException ended) {
            // Both are reset.
        }
        reset(from);
        reset(to);
    }

    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException closed) {
            // It has no connection any more.
        }
    }

    /** Resets the connection of a random client. */
    void drop() {
        List<Socket> open = List.copyOf(clients);
        if (!open.isEmpty()) {
            int index;
            synchronized (random) {
                index = random.nextInt(open.size());
            }
            reset(open.get(index));
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        clients.forEach(ChaosProxy::reset);
    }
}
