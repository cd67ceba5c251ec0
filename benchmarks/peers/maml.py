"""MAML in plain PyTorch, one task after the other, in the manner of learn2learn's examples: the peer of benchmarks/run.

On the CPU one process a core, one thread each, on a GPU (--device cuda) one process; every process draws its data once, before the clock starts (so that sampling costs the peer nothing),
and steps its own copy of the parameters, so that no time is spent on exchanging gradients either.

    python3 maml.py --workload omniglot-5way-1shot --seconds 10 --processes 2

prints one JSON object: tasks per second of all processes together.
"""
import argparse
import json
import multiprocessing
import time

import torch
import torch.nn.functional as F

# ways, shots, queries a class, inner steps, filters, pooling; tasks an iteration; 0 ways is the sinusoid.
WORKLOADS = {
    "omniglot-5way-1shot": dict(ways=5, shots=1, queries=1, steps=1, filters=64, pooling="stride", tasks=32),
    "omniglot-5way-1shot-pool": dict(ways=5, shots=1, queries=1, steps=1, filters=64, pooling="max", tasks=32),
    "omniglot-5way-5shot-15q": dict(ways=5, shots=5, queries=15, steps=1, filters=64, pooling="stride", tasks=32),
    "omniglot-20way-1shot-5steps": dict(ways=20, shots=1, queries=1, steps=5, filters=64, pooling="stride", tasks=16),
    "sinusoid": dict(ways=0, shots=10, queries=10, steps=1, tasks=25),
}


def conv4(filters, outputs, pooling):
    parameters, channels = [], 1
    for _ in range(4):
        weight = torch.empty(filters, channels, 3, 3)
        torch.nn.init.xavier_uniform_(weight)
        parameters += [weight, torch.zeros(filters), torch.ones(filters), torch.zeros(filters)]
        channels = filters
    pixels = 4 if pooling == "stride" else 1
    head = torch.nn.Linear(filters * pixels, outputs)
    return [p.detach().requires_grad_() for p in parameters + [head.weight, head.bias]]


def forward_conv4(p, x, pooling):
    stride = 2 if pooling == "stride" else 1
    for block in range(4):
        weight, bias, scale, shift = p[4 * block:4 * block + 4]
        x = F.conv2d(x, weight, bias, stride=stride, padding=1)
        x = F.relu(F.batch_norm(x, None, None, scale, shift, training=True))
        if pooling == "max":
            x = F.max_pool2d(x, 2)
    return F.linear(x.flatten(1), p[-2], p[-1])


def mlp():
    parameters = []
    for inputs, outputs in [(1, 40), (40, 40), (40, 1)]:
        layer = torch.nn.Linear(inputs, outputs)
        parameters += [layer.weight.detach().requires_grad_(), layer.bias.detach().requires_grad_()]
    return parameters


def forward_mlp(p, x):
    return F.linear(F.relu(F.linear(F.relu(F.linear(x, p[0], p[1])), p[2], p[3])), p[4], p[5])


def run(workload, seconds, device, tasks, barrier, results):
    torch.set_num_threads(1)
    torch.manual_seed(1)
    w = dict(WORKLOADS[workload])
    w["tasks"] = tasks or w["tasks"]
    on_gpu = device.startswith("cuda")
    # float32 is float32, as in the job that it stands beside.
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    if w["ways"] == 0:
        parameters, forward, loss_of = mlp(), forward_mlp, F.mse_loss
        draw = lambda count: (torch.randn(count, 1), torch.randn(count, 1))
        batches = [(draw(w["shots"]), draw(w["queries"])) for _ in range(w["tasks"])]
        rate = 0.01
    else:
        pooling = w["pooling"]
        parameters = conv4(w["filters"], w["ways"], pooling)
        forward, loss_of, rate = (lambda p, x: forward_conv4(p, x, pooling)), F.cross_entropy, 0.4
        draw = lambda count: ((torch.rand(w["ways"] * count, 1, 28, 28) > 0.8).float(), torch.arange(w["ways"]).repeat_interleave(count))
        batches = [(draw(w["shots"]), draw(w["queries"])) for _ in range(w["tasks"])]
    parameters = [p.detach().to(device).requires_grad_() for p in parameters]
    batches = [tuple(tuple(t.to(device) for t in examples) for examples in task) for task in batches]
    adam = torch.optim.Adam(parameters, lr=0.001)

    def iteration():
        adam.zero_grad()
        for support, query in batches:
            fast = parameters
            for _ in range(w["steps"]):
                gradients = torch.autograd.grad(loss_of(forward(fast, support[0]), support[1]), fast, create_graph=True)
                fast = [p - rate * g for p, g in zip(fast, gradients)]
            loss_of(forward(fast, query[0]), query[1]).backward()
        for p in parameters:
            p.grad.mul_(1 / w["tasks"])
        adam.step()
        if on_gpu:
            torch.cuda.synchronize()

    iteration()
    barrier.wait()
    start, done = time.perf_counter(), 0
    while time.perf_counter() - start < seconds:
        iteration()
        done += 1
    results.put(done * w["tasks"] / (time.perf_counter() - start))


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--workload", choices=WORKLOADS, required=True)
    arguments.add_argument("--seconds", type=float, default=10)
    arguments.add_argument("--processes", type=int, default=1)
    arguments.add_argument("--device", default="cpu", help="cpu, or cuda for a GPU")
    arguments.add_argument("--tasks", type=int, help="tasks an iteration; the workload's own when left out")
    a = arguments.parse_args()
    barrier, results = multiprocessing.Barrier(a.processes), multiprocessing.Queue()
    processes = [multiprocessing.Process(target=run, args=(a.workload, a.seconds, a.device, a.tasks, barrier, results)) for _ in range(a.processes)]
    for process in processes:
        process.start()
    rates = [results.get() for _ in processes]
    for process in processes:
        process.join()
    print(json.dumps(dict(workload=a.workload, device=a.device, processes=a.processes, tasksPerSecond=sum(rates), torch=torch.__version__)))


if __name__ == "__main__":
    main()
