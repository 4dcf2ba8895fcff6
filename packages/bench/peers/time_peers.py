"""Times PyTorch's ways to compute an MoE layer, one pass for each line on stdin, for `moekit kernel-times --peers`.

stdin: first a case as JSON, then a line {"contender": ..., "backward": ...} a pass; stdout: a JSON line each.
"""
import json
import sys
import time

import torch

torch.set_num_threads(2)
torch.manual_seed(1)


def loop_over_experts(x, up, down, token_of, sizes, weight):
    out, first = torch.zeros_like(x), 0
    for e, size in enumerate(sizes):
        ids = token_of[first : first + size]
        y = torch.relu(x[ids] @ up[e]) @ down[e]
        out = out.index_add(0, ids, y * weight)
        first += size
    return out


def grouped_mm(x, up, down, token_of, sizes, weight):
    offsets = torch.tensor(sizes).cumsum(0).to(torch.int32)
    hidden = torch.relu(torch._grouped_mm(x[token_of], up, offs=offsets))
    y = torch._grouped_mm(hidden, down, offs=offsets)
    return torch.zeros_like(x).index_add(0, token_of, y * weight)


def hugging_face(case, pairs):
    """OLMoE's experts: three matrices, so two thirds of the width, to a multiple of 8 (aligned rows), for equal FLOPs."""
    from transformers import OlmoeConfig
    from transformers.models.olmoe.modeling_olmoe import OlmoeExperts

    width = 8 * round(case["expertWidth"] / 12)
    config = OlmoeConfig(
        hidden_size=case["modelWidth"], intermediate_size=width, hidden_act="silu",
        num_experts=case["numExperts"], num_experts_per_tok=case["k"],
    )
    config._experts_implementation = "grouped_mm"
    experts = OlmoeExperts(config)
    for parameter in experts.parameters():
        torch.nn.init.normal_(parameter, std=0.02)
    index = pairs.reshape(case["tokens"], case["k"])
    weights = torch.full(index.shape, 1 / case["k"])
    return (lambda x: experts(x, index, weights)), list(experts.parameters())


def contenders(case):
    d, f, e, sizes = case["modelWidth"], case["expertWidth"], case["numExperts"], case["sizes"]
    up = (torch.randn(e, d, f) / d**0.5).requires_grad_()
    down = (torch.randn(e, f, d) / f**0.5).requires_grad_()
    token_of = torch.tensor(case["tokenIndices"])
    every = {"PyTorch loop": loop_over_experts, "torch._grouped_mm": grouped_mm}
    made = {
        name: ((lambda x, compute=compute: compute(x, up, down, token_of, sizes, 1 / case["k"])), [up, down])
        for name, compute in every.items()
    }
    if case["pairsPerToken"] is not None:
        made["Hugging Face OlmoeExperts"] = hugging_face(case, torch.tensor(case["pairsPerToken"]))
    return made


def main():
    case = json.loads(sys.stdin.readline())
    x = torch.randn(case["tokens"], case["modelWidth"])
    made, failed = contenders(case), {}
    for name, (forward, _) in list(made.items()):
        try:
            forward(x)
        except Exception as error:  # a version without this path
            failed[name] = str(error).split("\n")[0]
            del made[name]
    ready = {"names": list(made), "failed": failed, "torch": torch.__version__}
    print(json.dumps(ready), flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        forward, parameters = made[asked["contender"]]
        started = time.perf_counter()
        if asked["backward"]:
            inputs = x.clone().requires_grad_()
            y = forward(inputs)
            torch.autograd.grad((y * y).sum(), [inputs, *parameters])
        else:
            with torch.no_grad():
                forward(x).sum().item()
        print(json.dumps({"milliseconds": 1000 * (time.perf_counter() - started)}), flush=True)


main()
