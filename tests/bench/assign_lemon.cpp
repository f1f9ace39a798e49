/* The peer of `lotse assign --allocator lotse.welfare`: LEMON's network simplex on the same files.
 * usage: assign_lemon EDGES.csv SEATS.csv. Plain rows only, no quotes. */
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <string>
#include <unordered_map>
#include <vector>

#include <lemon/network_simplex.h>
#include <lemon/smart_graph.h>

using graph = lemon::SmartDigraph;

static double seconds_since(std::chrono::steady_clock::time_point from)
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - from).count();
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        std::cerr << "usage: assign_lemon EDGES.csv SEATS.csv\n";
        return 2;
    }
    std::ifstream edges(argv[1]);
    std::ifstream seats(argv[2]);
    graph g;
    std::unordered_map<std::string, graph::Node> intakes;
    std::unordered_map<std::string, graph::Node> seekers;
    graph::ArcMap<long long> cost(g, 0);
    graph::ArcMap<long long> capacity(g, 1);
    graph::Node out = g.addNode();
    std::string line;
    std::getline(seats, line);
    while (std::getline(seats, line)) {
        size_t comma = line.find(',');
        graph::Node node = g.addNode();
        intakes.emplace(line.substr(0, comma), node);
        graph::Arc arc = g.addArc(node, out);
        cost[arc] = 0;
        capacity[arc] = std::stoll(line.substr(comma + 1));
    }
    std::getline(edges, line);
    while (std::getline(edges, line)) {
        size_t first = line.find(',');
        size_t second = line.find(',', first + 1);
        auto [at, is_new] = seekers.try_emplace(line.substr(0, first));
        if (is_new) {
            at->second = g.addNode();
            graph::Arc stay = g.addArc(at->second, out); /* staying out is worth 0 */
            cost[stay] = 0;
            capacity[stay] = 1;
        }
        graph::Arc arc =
            g.addArc(at->second, intakes.at(line.substr(first + 1, second - first - 1)));
        cost[arc] = -std::stoll(line.substr(second + 1));
        capacity[arc] = 1;
    }
    graph::NodeMap<long long> supply(g, 0); /* maps fill what is there when they are made */
    for (const auto &s : seekers) {
        supply[s.second] = 1;
    }
    supply[out] = -(long long)seekers.size();
    auto from = std::chrono::steady_clock::now();
    lemon::NetworkSimplex<graph, long long, long long> solver(g);
    auto result = solver.upperMap(capacity).costMap(cost).supplyMap(supply).run();
    std::printf("{\"peer\":\"lemon.network_simplex\",\"optimal\":%s,\"objective\":%lld,"
                "\"solve_ms\":%.3f}\n",
                result == decltype(solver)::OPTIMAL ? "true" : "false",
                -solver.totalCost<long long>(), seconds_since(from) * 1e3);
    return 0;
}
