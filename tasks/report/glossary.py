"""What the terms on a page mean, in words for whoever has to sign a decision."""

GLOSSARY = {
    # who and what
    "challenger": "The newly trained model that wants to replace the champion.",
    "champion": "The model in use.",
    "base rate": "The share of rows with label 1 in training, predicted for everybody: "
    "what one knows without a model.",
    "training mean": "The mean label of the training rows, predicted for everybody: "
    "what one knows without a model.",
    "training quantile": "A quantile of the training rows' labels, predicted for everybody: "
    "what one knows without a model.",
    "linear model": "A plain model of the same features and training rows, in which each feature counts by "
    "itself and in proportion: what one gets without trees.",
    "class shares": "The share of each class among the training rows, predicted for everybody: "
    "what one knows without a model.",
    "holdout": "The newest labelled rows, later than anything that either model has learned from.",
    "selection": "Rows after the training rows and before the holdout, on which the number of trees and "
    "the threshold were chosen.",
    "slice": "The rows that share a value of one column, such as one origin.",
    "pooled": "Values with too few rows or clusters are judged together, as rest.",
    "label cut-off": "Labels that became known later than this are not used.",
    "drill": "A rehearsal with a model that was trained on shuffled labels, to show that it is refused.",
    # the gate
    "contract": "What a challenger must show before it replaces the champion, agreed before it exists.",
    "clause": "One requirement of the contract, with an owner and a reason. All must pass.",
    "look": "One challenger meeting one holdout. A holdout that is asked too often lies, "
    "so looks are counted.",
    "power": "The chance that so much evidence would show the lead, if it is as large as seen.",
    "point estimate": "The one number that the rows give, without asking how far luck could have moved it.",
    "row-level statistics": "Statistics that take each row as a witness of its own, as if rows of one day "
    "had nothing in common. They look surer than they are.",
    # statistics
    "cluster": "Rows that belong together, such as the rows of one day. They share circumstances, "
    "so they count as one witness and not as many.",
    "interval": "The range of values that the holdout's data are compatible with. "
    "At the usual level of 5% on each side it is a 90% interval.",
    "standard error": "How far a number would typically move if other rows of the same kind had been drawn.",
    "degrees of freedom": "How many independent pieces of evidence the standard error rests on, in effect.",
    "CR3": "The jackknife over clusters, by the name that statisticians give it.",
    "clusters in effect": "How many clusters of equal weight would say as much: many small ones beside a "
    "large one are fewer than they look.",
    "jackknife": "How far a number moves when one cluster is left out, for each cluster in turn: "
    "a measure of how sure it is.",
    "Student's t": "The usual allowance for an error that was itself estimated from few clusters.",
    "bootstrap-t": "An allowance found by drawing the clusters again and again: it widens the interval where "
    "losses are rare and large.",
    "advantage": "How much better the challenger does than the other on the same rows. "
    "Above zero is better, whatever the metric.",
    "median": "Half of all are below it.",
    "percentile": "The 95th percentile: 95 of 100 are below it.",
    # metrics
    "log loss": "How surprised the model is by what happened, in nats: 0 is certain and right. "
    "Lower is better.",
    "nats": "The unit of log loss. Saying 50% to what happens costs 0.69 nats, saying 90% costs 0.11.",
    "RMSE": "The root of the mean squared error, in the unit of the label: how far off predictions are, "
    "large errors counting most. Lower is better.",
    "mean absolute error": "How far off predictions are on average, in the unit of the label. "
    "Lower is better.",
    "mean squared error": "The mean of squared distances between prediction and label, in the unit of the "
    "label squared. Lower is better.",
    "pinball loss": "How far off a quantile is, in the unit of the label. At 0.9 a label above the answer "
    "costs 0.9 of its distance, and one below it 0.1: least where nine labels in ten do not exceed it. "
    "Lower is better.",
    "quantile": "The number that a given share of the labels does not exceed.",
    "brier": "The squared distance between the predicted probability and what happened (1 or 0). "
    "Lower is better.",
    "accuracy": "The share of rows whose label is the class that the model found likeliest. "
    "Higher is better.",
    "AUC": "How often the model ranks a row with label 1 above a row with label 0: "
    "0.5 is chance, 1 is perfect.",
    "precision": "Of the alarms, the share that were right.",
    "recall": "Of the rows with label 1, the share that got an alarm.",
    "value": "What the predictions are worth by the cost table of params.yaml.",
    "calibration": "Whether, of the rows given 30%, about 30 in 100 turn out so.",
    "threshold": "The probability from which the model raises an alarm. "
    "It was chosen on the selection rows, by the cost table.",
    "latency": "How long one prediction takes.",
    "training cost": "The time of training at the price of the machine that trained.",
    "churn": "The share of rows about which the two models decide differently.",
    "selection rate": "The share of rows that get an alarm.",
    "true positive rate": "Of the rows with label 1, the share that got an alarm.",
    "false positive rate": "Of the rows with label 0, the share that got an alarm.",
    "error rate": "The share of rows that got a wrong alarm, or wrongly none.",
    # kinds of clause
    "lead over the baseline": "The challenger must do better than what one knows without a model, by more "
    "than the margin.",
    "lead over the champion": "The challenger must do better than the model in use on the same rows, by more "
    "than the margin.",
    "not worse": "The challenger may do worse than the model in use by less than the margin: for one that is "
    "cheaper, smaller or faster.",
    "floor": "A bar that the metric must be above; below it, if less is better.",
    "in every slice": "In no slice may the challenger do worse than the model in use by the margin or more.",
    "fairness": "Between any two groups of rows a measure may differ by less than a margin, or less than by "
    "a factor.",
    "representation": "Each of the named groups must have more than a given share of the holdout's rows, so "
    "that what is found holds for it, too.",
    "abstention": "Where both labels are possible the model does not answer. Of the rows that it does answer "
    "few may be wrong, and it must answer enough of them.",
    "coverage": "The share of rows whose possible labels hold the label that came.",
    "net value": "What the challenger's decisions gain on so many predictions, less what the change costs.",
    "model size": "How many bytes the model has.",
    "margin": "How large a difference has to be to count.",
    "possible labels": "The labels that a model cannot rule out for a row: one of them, or both where it is "
    "not sure.",
    # explanations
    "attribution": "What a feature adds to the answer for one row, by the model's own trees (its SHAP "
    "value). It says what the model goes by, and not what causes the outcome.",
    "log odds": "The scale on which attributions add up. Near a probability of 30%, +0.1 log odds is about "
    "+2 percentage points.",
    "feature": "One thing that a model is told about a row, such as the distance.",
    # drift
    "covariate shift": "The inputs have changed: other rows come than the champion learned from.",
    "label shift": "What comes has changed on average: more or fewer labels of 1, or larger numbers.",
    "concept drift": "What ties labels to inputs has changed: the champion's answers are worse than they "
    "were, whatever comes.",
    "naive baseline": "The mean label of the training rows, predicted for everybody: "
    "what one knows without a model.",
    "Wasserstein distance": "How far the values of one set have to be moved, on average, to become those of "
    "the other.",
    "Jensen-Shannon distance": "How much the shares of categories differ: 0 if they are equal, 1 if no "
    "category is in both.",
    # names
    "hash": "A fingerprint of a file: the same bytes have the same one, any other bytes another.",
    "ledger": "The log of all looks, decisions and promotions, which can only be added to.",
    "seed": "The number that training starts its random choices from: the same one gives the same model.",
}

OF_NUMBERS = {
    "selection": "Rows after the training rows and before the holdout, on which the number of trees was "
    "chosen.",
    "log odds": "A scale for shares: 0 is a half, and none and all are infinitely far away. "
    "Bounds of a share near 1 are found on it.",
}
"""What these mean where labels are numbers."""

KINDS = {
    "beats_baseline": "lead over the baseline",
    "beats_champion": "lead over the champion",
    "not_worse": "not worse",
    "floor": "floor",
    "slice": "in every slice",
    "fairness": "fairness",
    "representation": "representation",
    "calibration": "calibration",
    "churn": "churn",
    "abstention": "abstention",
    "coverage": "coverage",
    "net_value": "net value",
    "latency": "latency",
    "size": "model size",
    "training_cost": "training cost",
}
"""What each kind of clause is called on a page: a term of the glossary."""

OF_CLASSES = {
    "value": "What the decisions are worth by the outcomes of params.yaml. Of each row the class is decided "
    "that is worth most on average, by the model's probabilities.",
    "selection rate": "The share of rows that are decided to be of the class.",
    "true positive rate": "Of the rows of the class, the share that were decided to be of it.",
    "false positive rate": "Of the rows of other classes, the share that were decided to be of the class.",
    "error rate": "The share of rows whose class is not the one that was decided.",
    "brier": "The squared distances between the predicted probabilities of all classes and what happened "
    "(1 for the class that came, 0 for the others), added up. Lower is better.",
    "calibration": "Whether, of the rows whose likeliest class is given 70%, about 70 in 100 turn out to be "
    "of that class.",
    "abstention": "Where more than one class is possible the model does not answer. Of the rows that it does "
    "answer few may be wrong, and it must answer enough of them.",
    "possible labels": "The classes that a model cannot rule out for a row: one of them, or several where it "
    "is not sure.",
}
"""What these mean where labels are classes, beside what the same words mean where labels are numbers."""

BY_HAND = frozenset({"value", "look", "selection", "pooled", "not worse", "floor"})
"""Words that mean something else as often: linked only where a page says so."""

ALSO = {
    **{f"{name.lower()}s": name for name in GLOSSARY if name not in BY_HAND and not name.endswith("s")},
    "shap value": "attribution",
    "shap values": "attribution",
    "sha-256": "hash",
    "nat": "nats",
    "student's": "Student's t",
    "brier score": "brier",
}
"""How else the terms are said."""
