package io.heliograph.server.stats;

import java.time.Duration;

/**
 * Figures of the process.
 *
 * @param heapUsed used bytes of the heap
 * @param heapMax limit of the heap in bytes
 * @param directUsed bytes of direct buffers
 * @param threads platform threads
 * @param cpuTime time of all processors since the start; zero if unknown
 * @param gcTime time of garbage collections since the start
 * @param openFiles open file descriptors; -1 if unknown
 * @param maxFiles limit of file descriptors; -1 if unknown
 */
public record JvmStats(
        long heapUsed,
        long heapMax,
        long directUsed,
        int threads,
        Duration cpuTime,
        Duration gcTime,
        long openFiles,
        long maxFiles) {}
